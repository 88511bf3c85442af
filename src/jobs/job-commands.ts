import { Injectable } from '@nestjs/common';
import type { CreateJob, Job, RerunJob } from '../contract/job.dto.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { Announcer } from './announcer.js';
import type { Place } from './job-rows.js';
import { JobReader } from './job-reader.js';
import { JobStore } from './job-store.js';
import { Submission } from './submission.js';

/** What people, and bulk actions for them, do to jobs. Each command answers the ids it was done to; the others did not allow it. */
@Injectable()
export class JobCommands {
  constructor(
    private readonly store: JobStore,
    private readonly reader: JobReader,
    private readonly submission: Submission,
    private readonly announcer: Announcer,
  ) {}

  /** Ends what waits; a running job is asked to stop, and is CANCELLED once its worker did. */
  async cancel(ids: readonly string[], actor: string | null): Promise<string[]> {
    const changed = await this.store.cancel(ids, actor);
    this.announcer.announce(changed);
    return changed.map((job) => job.id);
  }

  /** Makes FAILED, DEAD and CANCELLED jobs PENDING again. */
  async retry(ids: readonly string[], actor: string | null): Promise<string[]> {
    const changed = await this.store.retry(ids, actor);
    this.announcer.announce(changed);
    return changed.map((job) => job.id);
  }

  /** Gives waiting jobs another queue or priority. Those that are there already count as done. */
  async place(ids: readonly string[], place: Place, actor: string | null): Promise<string[]> {
    const placed = await this.store.place(ids, place, actor);
    const changed = placed.filter((job) => job.is_changed);
    this.announcer.move(changed.map(({ from_queue, ...job }) => ({ ...job, fromQueue: from_queue })));
    return placed.map(({ id }) => id);
  }

  /** Deletes ended jobs with their attempts and logs. */
  async remove(ids: readonly string[], actor: string | null): Promise<string[]> {
    return this.store.remove(ids, actor);
  }

  /**
   * One job by one command. @returns the job as it is afterwards
   * @throws DomainError `job_not_found`; `state_conflict`, which names its status
   */
  async one(command: 'cancel' | 'retry', id: string, actor: string | null): Promise<Job> {
    const done = await this[command]([id], actor);
    const job = await this.reader.get(id);
    if (done.length === 0) throw refused(command, job);
    return job;
  }

  /** @throws DomainError `job_not_found`; `state_conflict` for a job that has not ended */
  async removeOne(id: string, actor: string | null): Promise<void> {
    const done = await this.remove([id], actor);
    if (done.length === 0) throw refused('delete', await this.reader.get(id));
  }

  /** A new job like this one, with the given fields replaced; without its idempotency key and its run_at. @throws DomainError `job_not_found` */
  async rerun(id: string, changes: RerunJob): Promise<Job> {
    const { type, queue, payload, priority, max_retries, max_lost, timeout_seconds, backoff, tags, metadata } =
      await this.reader.get(id);
    const body: CreateJob = { type, queue, payload, priority, max_retries, max_lost, timeout_seconds, tags, metadata };
    if (backoff) body.backoff = backoff;
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value != null));
    const { job } = await this.submission.create({ ...body, ...given });
    return job;
  }
}

function refused(command: string, job: Job): DomainError {
  const isAsked = command === 'cancel' && job.cancel_requested_at !== null && job.status === 'RUNNING';
  const why = isAsked ? 'was asked to stop already' : `is ${job.status}`;
  return new DomainError('state_conflict', `The job ${why}: ${command} is not possible.`);
}
