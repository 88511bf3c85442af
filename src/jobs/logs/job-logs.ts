import { Injectable } from '@nestjs/common';
import type { AppendLogs, ListLogsQuery, LogList, LogsAppended, StoredLogLine } from '../../contract/lease.dto.js';
import { EventBus } from '../../events/event-bus.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import { appendLogLines, jobExists, listLogLines, lockLoggingAttempt } from './log-queries.js';

const MAX_LINES = 1000;
const DEFAULT_LIMIT = 1000;
const CURSOR = /^(\d{1,9})\.(\d{1,9})$/;

/** What attempts say while they run, at most 1,000 lines each. */
@Injectable()
export class JobLogs {
  constructor(
    private readonly database: Database,
    private readonly bus: EventBus,
  ) {}

  /** @throws DomainError `lease_lost` when the attempt is not running or not this worker's; `job_not_found` */
  async append(jobId: string, { worker_id, attempt, lease_token, lines }: AppendLogs): Promise<LogsAppended> {
    const appended = await this.database.lease.transaction(async (transaction) => {
      const held = await transaction.query(lockLoggingAttempt, [jobId, attempt, lease_token, worker_id]);
      if (held.length === 0) return undefined;
      const [answer] = await transaction.query<LogsAppended>(appendLogLines, [
        jobId,
        attempt,
        lines.map(({ level }) => level ?? 'info'),
        lines.map(({ message }) => message),
        lines.map(({ at }) => at ?? null),
        MAX_LINES,
      ]);
      return answer!;
    });
    if (!appended) {
      await this.refuseUnknown(jobId);
      throw new DomainError('lease_lost', `Attempt ${attempt} of job ${jobId} is not running with this lease.`);
    }
    if (appended.accepted > 0) this.bus.publish({ kind: 'log', job_id: jobId, attempt });
    return appended;
  }

  /** In the order they came, attempt after attempt. @throws DomainError `job_not_found`; `invalid_request` for a foreign cursor */
  async list(jobId: string, { attempt, limit = DEFAULT_LIMIT, cursor }: ListLogsQuery): Promise<LogList> {
    const [attemptBefore, lineBefore] = cursor === undefined ? [0, 0] : readCursor(cursor);
    const rows = await this.database.read.query<StoredLogLine>(listLogLines, [
      jobId,
      attemptBefore,
      lineBefore,
      attempt ?? null,
      limit + 1,
    ]);
    if (rows.length === 0) await this.refuseUnknown(jobId);
    const lines = rows.slice(0, limit);
    const last = lines.at(-1);
    return { lines, next_cursor: last && rows.length > limit ? `${last.attempt}.${last.line}` : null };
  }

  private async refuseUnknown(jobId: string): Promise<void> {
    const [answer] = await this.database.read.query<{ exists: boolean }>(jobExists, [jobId]);
    if (!answer!.exists) throw new DomainError('job_not_found', `There is no job ${jobId}.`);
  }
}

function readCursor(text: string): [number, number] {
  const parts = CURSOR.exec(text);
  if (!parts) {
    const message = 'is not a cursor of this list';
    throw new DomainError('invalid_request', `The request is not valid: cursor ${message}.`, {
      details: [{ field: 'cursor', message }],
    });
  }
  return [Number(parts[1]), Number(parts[2])];
}
