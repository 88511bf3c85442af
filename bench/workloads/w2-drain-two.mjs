import { drainBy } from './w2-drain.mjs';

export default drainBy(2);
