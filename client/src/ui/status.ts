import {
  Ban,
  CalendarClock,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleOff,
  CirclePause,
  CircleX,
  Hourglass,
  LoaderCircle,
  RotateCw,
  Skull,
  TimerOff,
  Undo2,
  Unplug,
  type LucideIcon,
} from 'lucide-react';
import type { JobStatus as ContractStatus } from '../../../src/contract/job-state.js';

/** The job statuses in the order in which the dashboard shows them. */
export const JOB_STATUSES = [
  'PENDING',
  'SCHEDULED',
  'RUNNING',
  'RETRYING',
  'SUCCESS',
  'FAILED',
  'DEAD',
  'CANCELLED',
] as const satisfies readonly ContractStatus[];

export type JobStatus = ContractStatus;

/** Everything that wears a badge: jobs, attempts, workers and queues. */
export type BadgeStatus =
  JobStatus | 'TIMED_OUT' | 'LOST' | 'RELEASED' | 'ONLINE' | 'OFFLINE' | 'DRAINING' | 'ACTIVE' | 'PAUSED';

interface StatusLook {
  label: string;
  icon: LucideIcon;
  meaning: string;
}

export const statusLooks: Record<BadgeStatus, StatusLook> = {
  PENDING: { label: 'Pending', icon: CircleDashed, meaning: 'Ready, waits for a free worker' },
  SCHEDULED: { label: 'Scheduled', icon: CalendarClock, meaning: 'Waits for its start time' },
  RUNNING: { label: 'Running', icon: LoaderCircle, meaning: 'A worker holds its lease and runs it' },
  SUCCESS: { label: 'Success', icon: CircleCheck, meaning: 'Done; the result is kept' },
  RETRYING: { label: 'Retrying', icon: RotateCw, meaning: 'An attempt failed; waits for the next one' },
  FAILED: { label: 'Failed', icon: CircleX, meaning: 'The handler said that a retry cannot help' },
  DEAD: { label: 'Dead', icon: Skull, meaning: 'All retries are spent; will not run again' },
  CANCELLED: { label: 'Cancelled', icon: Ban, meaning: 'Cancelled by a caller' },
  TIMED_OUT: { label: 'Timed out', icon: TimerOff, meaning: 'Ran past its time limit' },
  LOST: { label: 'Lost', icon: Unplug, meaning: 'The worker fell silent and its lease expired' },
  RELEASED: { label: 'Released', icon: Undo2, meaning: 'Given back by the worker; nothing charged' },
  ONLINE: { label: 'Online', icon: CircleDot, meaning: 'Sends heartbeats' },
  OFFLINE: { label: 'Offline', icon: CircleOff, meaning: 'No heartbeat within the server’s threshold' },
  DRAINING: { label: 'Draining', icon: Hourglass, meaning: 'Finishes what it has and takes no more' },
  ACTIVE: { label: 'Active', icon: CircleDot, meaning: 'Hands out jobs' },
  PAUSED: { label: 'Paused', icon: CirclePause, meaning: 'Hands out nothing until resumed' },
};

/** Whether `text` names a job status. */
export function isJobStatus(text: string): text is JobStatus {
  return (JOB_STATUSES as readonly string[]).includes(text);
}
