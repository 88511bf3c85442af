import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { workerListQuery } from '../api/workers.js';
import { shortId } from '../ui/format.js';

/** A worker by its name, as a link. */
export function WorkerLink({ id }: { id: string | null }) {
  if (id === null) return <span className="text-muted">—</span>;
  return (
    <Link to="/workers/$id" params={{ id }} className="break-all underline-offset-2 hover:underline">
      <WorkerName id={id} />
    </Link>
  );
}

/** A worker's name, or its short id once it was forgotten. */
export function WorkerName({ id }: { id: string | null }) {
  const { data } = useQuery(workerListQuery());
  if (id === null) return null;
  const worker = data?.workers.find((each) => each.id === id);
  return worker?.name ?? worker?.hostname ?? <span className="font-mono text-xs">{shortId(id)}</span>;
}
