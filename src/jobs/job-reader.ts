import { Injectable } from '@nestjs/common';
import type { AttemptList, Job } from '../contract/job.dto.js';
import { Database } from '../platform/database/database.js';
import { DomainError } from '../platform/errors/domain-error.js';
import type { AttemptRow, JobRow } from './job-rows.js';
import { attemptView, jobView } from './job-view.js';
import { findAttempts, findJob, findLatestAttempt } from './queries/read-queries.js';

/** Single jobs, in full. */
@Injectable()
export class JobReader {
  constructor(private readonly database: Database) {}

  /** @throws DomainError `job_not_found` */
  async get(id: string): Promise<Job> {
    const [jobs, attempts] = await Promise.all([
      this.database.api.query<JobRow>(findJob, [id]),
      this.database.api.query<AttemptRow>(findLatestAttempt, [id]),
    ]);
    const [job] = jobs;
    if (!job) throw new DomainError('job_not_found', `There is no job ${id}.`);
    return jobView(job, attempts[0] ?? null);
  }

  /**
   * The attempts of a job, oldest first.
   * @param after the attempt number to go on from
   * @throws DomainError `job_not_found`
   */
  async attempts(id: string, after: number, limit: number): Promise<AttemptList> {
    const rows = await this.database.api.query<AttemptRow>(findAttempts, [id, after, limit + 1]);
    if (rows.length === 0) await this.get(id);
    const page = rows.slice(0, limit);
    return {
      attempts: page.map(attemptView),
      next_cursor: rows.length > limit ? String(page.at(-1)!.attempt_number) : null,
    };
  }
}
