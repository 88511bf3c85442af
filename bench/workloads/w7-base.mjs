import { longTransaction } from './w7-long-transaction.mjs';

export default longTransaction(false);
