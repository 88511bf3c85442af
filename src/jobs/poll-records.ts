import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Batcher } from '../platform/batcher.js';
import { Database } from '../platform/database/database.js';
import { groupBy } from '../platform/group-by.js';
import type { ClaimedFacts, Lease } from './job-rows.js';
import { leaseWriter } from './job-view.js';
import type { Poll } from './poll.js';
import { findPollAnswers, noteParkedPolls } from './queries/claim-queries.js';

interface PollId {
  pollId: string;
  workerId: string;
}

type AnsweredRow = ClaimedFacts & { poll_id: string; id: string; lease_token: string; payload: string };

/** What the database knows of polls with an id: what they were answered, and which one of a worker is the latest to wait. */
@Injectable()
export class PollRecords {
  private readonly answers: Batcher<PollId, Lease[]>;
  private readonly parked: Batcher<Poll, void>;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Pick<Config, 'leaseSeconds'>,
  ) {
    this.answers = new Batcher({ run: (polls) => this.find(polls), maxItems: 500 });
    this.parked = new Batcher({ run: (polls) => this.note(polls), maxItems: 1000 });
  }

  /** The leases that the answer to this poll carried and that are still held: it may be the repeat of one whose answer got lost. */
  answerTo(poll: PollId): Promise<Lease[]> {
    return this.answers.add(poll);
  }

  /** Resolves when every orchestrator knows that the poll waits; then it is `isParked`. */
  park(poll: Poll): Promise<void> {
    return this.parked.add(poll);
  }

  private async find(polls: readonly PollId[]): Promise<Lease[][]> {
    const rows = await this.database.lease.query<AnsweredRow>(findPollAnswers, [
      polls.map((poll) => poll.pollId),
      polls.map((poll) => poll.workerId),
    ]);
    const byPoll = groupBy(rows, (row) => row.poll_id);
    const write = leaseWriter(this.config.leaseSeconds);
    return polls.map(({ pollId }) =>
      (byPoll.get(pollId) ?? []).map((row) => write(row.id, row.lease_token, row, row.payload)),
    );
  }

  private async note(polls: readonly Poll[]): Promise<void[]> {
    const open = polls.filter((poll) => !poll.isDone).sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
    await this.database.lease.query(noteParkedPolls, [
      open.map((poll) => poll.workerId),
      open.map((poll) => poll.pollId),
    ]);
    open.forEach((poll) => (poll.isParked = true));
    return polls.map(() => undefined);
  }
}
