import { TestOrchestrator, type QueueMode } from '../support/orchestrator.js';

test.each<QueueMode>(['postgres', 'redis'])(
  'an empty queue, or one whose jobs all run, holds up none of the others of its worker (%s)',
  async (mode) => {
    const orchestrator = await TestOrchestrator.start(mode);
    try {
      for (const queues of [['a', 'b', 'c'], ['*']]) {
        const worker = await orchestrator.worker({ queues, concurrency: 10 });
        for (let payload = 0; payload < 3; payload++) await orchestrator.submit({ queue: 'b', payload });
        // One at a time: after each the turn is at a queue that has nothing to give.
        for (let payload = 0; payload < 3; payload++) expect(await worker.take()).toMatchObject({ payload });
      }
    } finally {
      await orchestrator.stop();
    }
  },
);
