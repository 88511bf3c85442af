import type { Claimant, Lease } from './job-rows.js';

/** One request of a worker for jobs, from its arrival to its answer. */
export class Poll implements Claimant {
  /** True once the database knows it as its worker's latest poll: from then on it is superseded by a newer one. */
  isParked = false;
  private settle: { resolve: (leases: Lease[]) => void; reject: (error: unknown) => void } | undefined;
  private isOpen = true;
  private readonly whenDone: (() => void)[] = [];

  constructor(
    readonly workerId: string,
    readonly pollId: string | null,
    readonly limit: number,
    /** False: answered at once, with or without jobs. */
    readonly mayWait: boolean,
  ) {}

  /** To be asked for once, before the poll can be answered: a poll keeps nothing of its answer, or old polls would keep many alive. */
  answer(): Promise<Lease[]> {
    return new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  /** True once it was answered: what is claimed for it from now on reaches nobody. */
  get isDone(): boolean {
    return !this.isOpen;
  }

  resolve(leases: Lease[]): void {
    this.close()?.resolve(leases);
  }

  reject(error: unknown): void {
    this.close()?.reject(error);
  }

  onDone(listener: () => void): void {
    this.whenDone.push(listener);
  }

  private close() {
    const { settle } = this;
    this.isOpen = false;
    this.settle = undefined;
    this.whenDone.splice(0).forEach((listener) => listener());
    return settle;
  }
}
