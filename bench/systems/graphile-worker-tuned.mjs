/* graphile-worker with a larger local queue than its documentation's. */
import { graphileWorker } from './graphile-worker.mjs';

export default {
  ...graphileWorker('graphile-worker tuned', 2000, import.meta.url),
  /** It differs only in how many jobs it takes at a time. */
  isVariant: true,
};
