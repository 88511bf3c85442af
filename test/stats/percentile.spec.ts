import { percentileMs } from '../../src/stats/percentile.js';

const bucketOf = (ms: number) => Math.floor(4 * Math.log2(ms));

function histogramOf(durations: number[]): Map<number, number> {
  const histogram = new Map<number, number>();
  for (const ms of durations) histogram.set(bucketOf(ms), (histogram.get(bucketOf(ms)) ?? 0) + 1);
  return histogram;
}

test('nothing has no percentile', () => {
  expect(percentileMs(new Map(), 0.5)).toBeNull();
  expect(percentileMs(new Map([[4, 0]]), 0.95)).toBeNull();
});

test.each([
  ['alike', Array.from({ length: 100 }, () => 250)],
  ['evenly spread', Array.from({ length: 1000 }, (_, i) => i + 1)],
  ['of very different sizes', Array.from({ length: 1000 }, (_, i) => 1.02 ** i)],
  ['of which few are slow', [...Array.from({ length: 90 }, () => 12), ...Array.from({ length: 10 }, () => 4000)]],
])('percentiles of durations %s are true to the width of a bucket', (_how, durations) => {
  const sorted = durations.toSorted((a, b) => a - b);
  for (const share of [0.5, 0.95]) {
    const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
    const estimate = percentileMs(histogramOf(durations), share)!;
    expect(estimate / exact).toBeGreaterThan(2 ** -0.25);
    expect(estimate / exact).toBeLessThan(2 ** 0.25);
  }
});
