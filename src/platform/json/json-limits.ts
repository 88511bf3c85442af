export interface JsonLimits {
  /** How many arrays and objects may enclose a value, counted from the root, and anew from the start of a raw value. */
  maxDepth: number;
  /** The keys whose values are kept as text, and how many bytes of UTF-8 each may have. */
  rawBytes: Readonly<Record<string, number>>;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = {
  maxDepth: 64,
  rawBytes: { payload: 256 * 1024, result: 256 * 1024, metadata: 16 * 1024 },
};
