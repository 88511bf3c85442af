import type {
  ErrorGroup,
  ErrorGroupList,
  ErrorGroupState,
  ErrorGroupWithState,
  ListErrorsQuery,
} from '../contract/stats.dto.js';
import type { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import type { Logger } from '../platform/logger.js';
import { listErrorGroups, setErrorGroupState, sparklines } from './error-queries.js';
import { frameOf, stepStarts } from './stats-windows.js';

const MAX_COUNTED_JOBS = 1000;

type GroupRow = Omit<ErrorGroup, 'sparkline' | 'first_seen_at' | 'last_seen_at'> & {
  first_seen_at: Date;
  last_seen_at: Date;
};

interface SparklineRow {
  /** null: the row that tells the last step. */
  fingerprint: string | null;
  at: Date;
  n: number;
}

/** Failed attempts, grouped by what they have in common; groups are folded about once a second. */
export class ErrorGroups {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Most frequent first. */
  async list({ window = '24h', type, state = 'open', limit = 50 }: ListErrorsQuery): Promise<ErrorGroupList> {
    const frame = frameOf(window, 'all');
    const { stepSeconds, steps, bucketSeconds } = frame;
    const rows = await this.database.read.query<GroupRow>(listErrorGroups, [
      state,
      type ?? null,
      stepSeconds,
      steps,
      bucketSeconds,
      limit,
      MAX_COUNTED_JOBS,
    ]);
    const points = await this.database.read.query<SparklineRow>(sparklines, [
      rows.map((row) => row.fingerprint),
      stepSeconds,
      steps,
      bucketSeconds,
    ]);
    const starts = stepStarts(frame, points.find((point) => point.fingerprint === null)!.at);
    const counts = new Map(points.map(({ fingerprint, at, n }) => [`${fingerprint} ${at.getTime()}`, n]));
    return {
      bucket_seconds: stepSeconds,
      groups: rows.map((row) => ({
        ...row,
        sparkline: starts.map((at) => counts.get(`${row.fingerprint} ${at}`) ?? 0),
        first_seen_at: row.first_seen_at.toISOString(),
        last_seen_at: row.last_seen_at.toISOString(),
      })),
    };
  }

  /** @throws DomainError when there is no such group */
  async setState(fingerprint: string, state: ErrorGroupState): Promise<ErrorGroupWithState> {
    const [group] = await this.database.api.query<ErrorGroupWithState>(setErrorGroupState, [fingerprint, state]);
    if (!group) throw new DomainError('not_found', `There is no group of errors ${fingerprint}.`);
    this.logger.info({ fingerprint, state }, 'the state of a group of errors was set');
    return group;
  }
}
