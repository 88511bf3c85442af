import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CirclePause } from 'lucide-react';
import { explainQuery } from '../api/jobs.js';
import type { Job } from '../api/types.js';
import { Card } from '../ui/page.js';
import { DateTime, RelativeTime } from '../ui/time.js';

/** An instant as the server writes it, and how far off it was then. */
const INSTANT = /(\d{4}-\d\d-\d\dT[\d:.]+Z)(?:, in \d+ s)?/;

const WAITING = ['PENDING', 'SCHEDULED', 'RETRYING'];

/** Why a waiting job does not run yet: every condition in order. */
export function ExplainCard({ job }: { job: Job }) {
  const isWaiting = WAITING.includes(job.status);
  const { data } = useQuery({ ...explainQuery(job.id), enabled: isWaiting });
  if (!isWaiting || !data) return null;
  return (
    <Card title="Why it is waiting">
      <div className="space-y-2 p-4 text-sm">
        {!data.gates.some((gate) => gate.message === data.summary) && (
          <p>
            <WithTimes text={data.summary} />
          </p>
        )}
        <ul className="space-y-1">
          {data.gates.map((gate) => (
            <li key={gate.gate} className="flex items-start gap-2">
              {gate.is_open ? (
                <CircleCheck aria-label="Passed" className="mt-0.5 size-4 shrink-0 text-(--success-fg)" />
              ) : (
                <CirclePause aria-label="Waiting" className="mt-0.5 size-4 shrink-0 text-warn-fg" />
              )}
              <span className={gate.is_open ? 'text-muted' : 'font-medium'}>
                <WithTimes text={gate.message} />
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

/** A sentence of the server, its instants as times in the preferred zone that go on ticking. */
function WithTimes({ text }: { text: string }) {
  // What the group of the pattern holds comes at every odd place.
  return text.split(INSTANT).map((part, place) =>
    place % 2 === 0 ? (
      part
    ) : (
      <span key={place}>
        <DateTime at={part} /> (<RelativeTime at={part} />)
      </span>
    ),
  );
}
