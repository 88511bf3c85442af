import type { BulkAction, JobsAction } from '../../../src/contract/action.dto.js';
import type { ServerEvent } from '../../../src/contract/event.js';
import type { Health } from '../../../src/contract/health.dto.js';
import type {
  Attempt,
  CreateJob,
  Job,
  JobEvent,
  JobExplanation,
  JobFilter,
  JobList,
  JobSummary,
} from '../../../src/contract/job.dto.js';
import type { LogList, StoredLogLine } from '../../../src/contract/lease.dto.js';
import type { Queue, QueueList } from '../../../src/contract/queue.dto.js';
import type { Session } from '../../../src/contract/session.dto.js';
import type {
  ErrorGroup,
  ErrorGroupList,
  ErrorGroupState,
  Stats,
  StatsWindow,
  Timeseries,
  TimeseriesBucket,
} from '../../../src/contract/stats.dto.js';
import type { Worker, WorkerHistory, WorkerList } from '../../../src/contract/worker.dto.js';

export type {
  Attempt,
  BulkAction,
  CreateJob,
  ErrorGroup,
  ErrorGroupList,
  ErrorGroupState,
  Health,
  Job,
  JobEvent,
  JobExplanation,
  JobFilter,
  JobList,
  JobsAction,
  JobSummary,
  LogList,
  Queue,
  QueueList,
  ServerEvent,
  Session,
  Stats,
  StatsWindow,
  StoredLogLine,
  Timeseries,
  TimeseriesBucket,
  Worker,
  WorkerHistory,
  WorkerList,
};
