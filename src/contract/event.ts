import type { JobStatus } from './job-state.js';
import type { WorkerState, WorkerStatus } from './worker.dto.js';

/** What `GET /events` streams: hints that something changed, sent after the commit. `event:` carries the kind, `data:` the rest. */
export type ServerEvent =
  | {
      kind: 'job';
      id: string;
      type: string;
      queue: string;
      status: JobStatus;
      attempt: number;
      worker_id: string | null;
      at: string;
    }
  /** Many jobs changed at once: too many to name. */
  | { kind: 'jobs'; count: number }
  | { kind: 'worker'; id: string; status: WorkerStatus; state: WorkerState }
  | { kind: 'queue'; name: string }
  | { kind: 'counts'; jobs: Record<JobStatus, number> }
  | { kind: 'log'; job_id: string; attempt: number }
  | { kind: 'action'; token: string };
