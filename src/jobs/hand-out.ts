import type { Claim, Claimed } from './job-rows.js';
import type { Poll } from './poll.js';

/** Jobs that are about to be created, and polls that wait for nothing else and are to get them in the same transaction. */
export interface HandOut {
  /** To be claimed behind the creation. */
  claims: readonly Claim<Poll>[];
  /** The transaction was committed: answers the polls. A poll that got nothing after all is answered so, and asks again. */
  deliver: (claimed: readonly Claimed<Poll>[]) => void;
  /** The transaction failed: polls wait on where it is certain that nothing was claimed; else they hear of it. */
  cancel: (error: unknown) => void;
}
