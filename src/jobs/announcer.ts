import { Injectable } from '@nestjs/common';
import type { JobStatus } from '../contract/job-state.js';
import { EventBus, type JobChange } from '../events/event-bus.js';
import type { MovedJob } from '../queue/ready-job.js';
import type { ReadyJob } from '../queue/ready-job.js';
import { ReadyQueue } from '../queue/ready-queue.js';

/** A job as it is after the commit. `was` is its status before, where the statement tells. */
export interface Announcement extends JobChange {
  priority: number;
  was?: JobStatus;
}

/**
 * What follows the commit of every change: ready jobs go to the queue, those that are ready no more leave it, and whoever watches hears
 * of it. All of it is best effort, returns at once and never throws: the sweeps repair what gets lost here.
 */
@Injectable()
export class Announcer {
  private offer: (jobs: readonly ReadyJob[]) => readonly ReadyJob[] = (jobs) => jobs;

  constructor(
    private readonly queue: ReadyQueue,
    private readonly events: EventBus,
  ) {}

  /** @param offer is shown ready jobs before they go to the queue, and answers those that it has no use for */
  offerTo(offer: (jobs: readonly ReadyJob[]) => readonly ReadyJob[]): void {
    this.offer = offer;
  }

  /** @param taken ids of jobs that are claimed already: nobody else is to have them */
  announce(jobs: readonly Announcement[], taken: ReadonlySet<string> = new Set()): void {
    if (jobs.length === 0) return;
    this.queue.push(this.offer(jobs.filter((job) => job.status === 'PENDING' && !taken.has(job.id))));
    this.queue.remove(jobs.filter((job) => job.status === 'CANCELLED' && job.was === 'PENDING'));
    this.events.publishJobs(jobs);
  }

  /** Waiting jobs with another queue or priority: those that are ready take their new place. */
  move(jobs: readonly (MovedJob & { status: JobStatus })[]): void {
    if (jobs.length === 0) return;
    this.queue.move(jobs.filter((job) => job.status === 'PENDING'));
    this.events.publish({ kind: 'jobs', count: jobs.length });
  }

  /** For what the queue knows of already: many jobs were claimed, or succeeded. @param describe called only if somebody watches */
  tell(status: JobStatus, count: number, describe: () => readonly JobChange[]): void {
    this.events.publishMany(status, count, describe);
  }
}
