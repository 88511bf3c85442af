import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { JobSearch } from './job-search.js';
import { countFoldedJobs, countJobs, limitTime } from './walk-queries.js';

/** What is not yet folded is little, unless folding has fallen far behind: then nobody waits for it. */
const COUNT_MS = 100;
const QUERY_CANCELED = '57014';

export interface JobTotal {
  n: number;
  isExact: boolean;
}

/** How many jobs there are of given statuses, a type and a queue. Counts no jobs: adds up what the hot path has counted. */
@Injectable()
export class JobTotals {
  constructor(private readonly database: Database) {}

  async count({ conditions }: JobSearch): Promise<JobTotal> {
    const scope = conditions.slice(0, 3);
    try {
      const [row] = await this.database.api.transaction(async (transaction) => {
        await transaction.query(limitTime, [String(COUNT_MS)]);
        return transaction.query<{ n: number }>(countJobs, scope);
      });
      return { n: Math.max(0, row!.n), isExact: true };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === QUERY_CANCELED)) throw error;
      const [row] = await this.database.api.query<{ n: number }>(countFoldedJobs, scope);
      return { n: Math.max(0, row!.n), isExact: false };
    }
  }
}
