import { BEATS_SHOWN, type Beat } from './worker-beats.js';

const STEP = 3;
const HEIGHT = 8;
const looks: Record<Beat, { colour: string; height: number }> = {
  fresh: { colour: 'stroke-(--success-dot)', height: HEIGHT },
  late: { colour: 'stroke-(--retrying-dot)', height: HEIGHT / 2 },
  silent: { colour: 'stroke-(--failed-dot)', height: HEIGHT / 4 },
};

/** A stroke for each of the latest looks at a worker's heartbeat: high when it was as it should be. */
export function BeatStrip({ beats }: { beats: readonly Beat[] }) {
  const first = BEATS_SHOWN - beats.length;
  const counts = (Object.keys(looks) as Beat[]).map((beat) => ({
    beat,
    places: beats.flatMap((each, index) => (each === beat ? [first + index] : [])),
  }));
  const summary = counts.map(({ beat, places }) => `${places.length} ${beat}`).join(', ');
  return (
    <svg
      role="img"
      aria-label={`Heartbeats seen since this page was opened: ${summary}`}
      width={BEATS_SHOWN * STEP}
      height={HEIGHT}
      className="block"
    >
      <path d={`M0 ${HEIGHT - 0.5}h${first * STEP}`} className="stroke-line" />
      {counts.map(({ beat, places }) => (
        <path
          key={beat}
          d={places.map((place) => `M${place * STEP + 1} ${HEIGHT}v-${looks[beat].height}`).join('')}
          strokeWidth="2"
          className={looks[beat].colour}
        />
      ))}
    </svg>
  );
}
