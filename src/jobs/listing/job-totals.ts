import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { isOverTime } from '../../platform/database/database-error.js';
import type { JobSearch } from './job-search.js';
import { countFoldedJobs, countJobs, limitTime } from './walk-queries.js';

/** What is not yet folded is little, unless folding has fallen far behind: then nobody waits for it. */
const COUNT_MS = 100;

export interface JobTotal {
  n: number;
  isExact: boolean;
  /** By the clock of the database. */
  asOf: Date;
}

interface TotalRow {
  n: number;
  as_of: Date;
}

/** How many jobs there are of given statuses, a type and a queue. Counts no jobs: adds up what the hot path has counted. */
@Injectable()
export class JobTotals {
  constructor(private readonly database: Database) {}

  async count({ conditions }: JobSearch): Promise<JobTotal> {
    const scope = conditions.slice(0, 3);
    try {
      const [row] = await this.database.read.transaction(async (transaction) => {
        await transaction.query(limitTime, [String(COUNT_MS)]);
        return transaction.query<TotalRow>(countJobs, scope);
      });
      return { n: Math.max(0, row!.n), isExact: true, asOf: row!.as_of };
    } catch (error) {
      if (!isOverTime(error)) throw error;
      const [row] = await this.database.read.query<TotalRow>(countFoldedJobs, scope);
      return { n: Math.max(0, row!.n), isExact: false, asOf: row!.as_of };
    }
  }
}
