import { v7 } from 'uuid';
import type { ReadyJob, ReadySource } from '../../src/queue/ready-job.js';

/** What PostgreSQL would say: the ready jobs, and the lock that orchestrators share. */
export class ReadySourceInMemory implements ReadySource {
  readonly jobs = new Map<string, ReadyJob>();
  rebuilds = 0;
  private isLocked = false;

  add(queue: string, priority = 0): ReadyJob {
    const job = { id: v7(), queue, priority };
    this.jobs.set(job.id, job);
    return job;
  }

  addMany(queue: string, count: number): ReadyJob[] {
    return Array.from({ length: count }, () => this.add(queue));
  }

  activeQueues(after: string | null, limit: number): Promise<string[]> {
    const names = [...new Set([...this.jobs.values()].map((job) => job.queue))].sort();
    return Promise.resolve(names.filter((name) => after === null || name > after).slice(0, limit));
  }

  readyJobs(queue: string, after: { priority: number; id: string } | null, limit: number): Promise<ReadyJob[]> {
    const sorted = [...this.jobs.values()].filter((job) => job.queue === queue).sort(inOrder);
    return Promise.resolve(sorted.filter((job) => after === null || inOrder(after, job) < 0).slice(0, limit));
  }

  countReady(limit: number): Promise<number> {
    return Promise.resolve(Math.min(limit, this.jobs.size));
  }

  async withRebuildLock(work: () => Promise<void>): Promise<boolean> {
    if (this.isLocked) return false;
    this.isLocked = true;
    this.rebuilds++;
    await work().finally(() => (this.isLocked = false));
    return true;
  }
}

function inOrder(a: { priority: number; id: string }, b: { priority: number; id: string }): number {
  return b.priority - a.priority || (a.id < b.id ? -1 : Number(a.id > b.id));
}
