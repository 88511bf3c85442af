import { Injectable } from '@nestjs/common';
import type { JobEvent, JobEventList, JobExplanation } from '../../contract/job.dto.js';
import { Database } from '../../platform/database/database.js';
import { DomainError } from '../../platform/errors/domain-error.js';
import { ReadyQueue } from '../../queue/ready-queue.js';
import { explainJob, listJobEvents } from './explain-queries.js';
import { explain, MAX_AHEAD, MAX_HOLDERS, type ExplainRow } from './job-gates.js';

const MAX_EVENTS = 1000;

/** Says why a job is where it is, and who did what to it. */
@Injectable()
export class JobExplainer {
  constructor(
    private readonly database: Database,
    private readonly queue: ReadyQueue,
  ) {}

  /** @throws DomainError `job_not_found` */
  async explain(id: string): Promise<JobExplanation> {
    const [row] = await this.database.read.query<ExplainRow>(explainJob, [id, MAX_AHEAD, MAX_HOLDERS]);
    if (!row) throw new DomainError('job_not_found', `There is no job ${id}.`);
    return explain(row, row.status === 'PENDING' ? await this.queue.position(id, row.queue) : null);
  }

  /** Oldest first, the latest 1,000; also of a job that was deleted. @throws DomainError `job_not_found` */
  async events(id: string): Promise<JobEventList> {
    const events = await this.database.read.query<JobEvent>(listJobEvents, [id, MAX_EVENTS]);
    if (events.length === 0) await this.explain(id);
    return { events };
  }
}
