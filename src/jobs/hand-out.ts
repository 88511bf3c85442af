import type { Claim, ClaimedRow } from './job-rows.js';

/** Jobs that are about to be created, and polls that wait for nothing else and are to get them in the same transaction. */
export interface HandOut {
  /** To be claimed behind the creation. */
  claims: readonly Claim[];
  /** The transaction was committed: answers the polls. A poll that got nothing after all is answered so, and asks again. */
  deliver: (rows: readonly ClaimedRow[]) => void;
  /** The transaction failed: polls wait on where it is certain that nothing was claimed; else they hear of it. */
  cancel: (error: unknown) => void;
}
