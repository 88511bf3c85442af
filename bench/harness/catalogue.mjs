import beeQueue from '../systems/bee-queue.mjs';
import bullmq from '../systems/bullmq.mjs';
import emptyNest from '../systems/empty-nest.mjs';
import graphileWorkerTuned from '../systems/graphile-worker-tuned.mjs';
import graphileWorker from '../systems/graphile-worker.mjs';
import ours from '../systems/ours.mjs';
import pgBoss from '../systems/pg-boss.mjs';
import bulkEnqueue from '../workloads/w1-bulk-enqueue.mjs';
import drainByTwo from '../workloads/w2-drain-two.mjs';
import drain from '../workloads/w2-drain.mjs';
import singleEnqueue from '../workloads/w3-single-enqueue.mjs';
import pickUpLater from '../workloads/w4-pick-up-later.mjs';
import pickUp from '../workloads/w4-pick-up.mjs';
import steadyState from '../workloads/w5-steady-state.mjs';
import backlog from '../workloads/w6-backlog.mjs';
import shortTransactions from '../workloads/w7-base.mjs';
import longTransaction from '../workloads/w7-long-transaction.mjs';
import idleWorkers from '../workloads/w8-idle-workers.mjs';
import manyJobs from '../workloads/w9-many-jobs.mjs';

export const SYSTEMS = [ours, bullmq, pgBoss, graphileWorker, graphileWorkerTuned, beeQueue, emptyNest];

export const WORKLOADS = [
  bulkEnqueue,
  drain,
  drainByTwo,
  singleEnqueue,
  pickUp,
  pickUpLater,
  steadyState,
  backlog,
  shortTransactions,
  longTransaction,
  idleWorkers,
  manyJobs,
];
