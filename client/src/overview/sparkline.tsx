/** A line as wide as its box: the shape of a series, beside a number that says the value. */
export function Sparkline({ values, status }: { values: readonly number[]; status: string }) {
  const max = Math.max(1, ...values);
  const step = values.length > 1 ? 100 / (values.length - 1) : 100;
  const points = values.map((value, index) => `${(index * step).toFixed(2)},${(23 - (value / max) * 22).toFixed(2)}`);
  return (
    <svg aria-hidden viewBox="0 0 100 24" preserveAspectRatio="none" data-status={status} className="h-6 w-full">
      {points.length > 1 && (
        <>
          <polygon points={`0,24 ${points.join(' ')} 100,24`} className="fill-(--s-dot) opacity-10" />
          <polyline
            points={points.join(' ')}
            fill="none"
            strokeWidth="1.5"
            vectorEffect="non-scaling-stroke"
            className="stroke-(--s-dot)"
          />
        </>
      )}
    </svg>
  );
}
