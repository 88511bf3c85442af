/** One thing that is put right again and again. Any number of orchestrators may run it side by side. */
export interface Sweep {
  name: string;
  everyMs: number;
  /** These two: see PeriodicTask. */
  restFactor?: number;
  longestRestMs?: number;
  run: (signal: AbortSignal) => Promise<void>;
}
