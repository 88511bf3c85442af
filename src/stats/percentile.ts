/** Buckets per doubling of the milliseconds. */
const PER_DOUBLING = 4;

/** Counts per duration bucket: `floor(4 * log2(ms))`. */
export type Histogram = ReadonlyMap<number, number>;

/**
 * The duration in ms that the given share of all stay below, or null when there are none. Within a bucket durations count as evenly
 * spread on the logarithmic scale, so the answer is off by at most the width of a bucket (19 %), as a rule by a few per cent.
 */
export function percentileMs(histogram: Histogram, share: number): number | null {
  const buckets = [...histogram].filter(([, n]) => n > 0).sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, n]) => sum + n, 0);
  let rank = share * total;
  for (const [bucket, n] of buckets) {
    if (rank <= n) return Number((2 ** ((bucket + rank / n) / PER_DOUBLING)).toPrecision(3));
    rank -= n;
  }
  return null;
}
