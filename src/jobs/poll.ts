import type { Claimant, Lease } from './job-rows.js';

/** One request of a worker for jobs, from its arrival to its answer. */
export class Poll implements Claimant {
  readonly answer: Promise<Lease[]>;
  /** True once the database knows it as its worker's latest poll: from then on it is superseded by a newer one. */
  isParked = false;
  private settle!: { resolve: (leases: Lease[]) => void; reject: (error: unknown) => void };
  private isOpen = true;
  private readonly whenDone: (() => void)[] = [];

  constructor(
    readonly workerId: string,
    readonly pollId: string | null,
    readonly limit: number,
    /** False: answered at once, with or without jobs. */
    readonly mayWait: boolean,
  ) {
    this.answer = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  /** True once it was answered: what is claimed for it from now on reaches nobody. */
  get isDone(): boolean {
    return !this.isOpen;
  }

  resolve(leases: Lease[]): void {
    this.close();
    this.settle.resolve(leases);
  }

  reject(error: unknown): void {
    this.close();
    this.settle.reject(error);
  }

  onDone(listener: () => void): void {
    this.whenDone.push(listener);
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.whenDone.forEach((listener) => listener());
  }
}
