import { pino } from 'pino';
import type { Generations } from '../../src/queue/generations.js';
import { QueueWriter } from '../../src/queue/queue-writer.js';
import type { ReadyIds } from '../../src/queue/ready-ids.js';
import type { ReadyJob } from '../../src/queue/ready-job.js';
import { until } from '../support/until.js';

const job = (id: string): ReadyJob => ({ id, queue: 'q', priority: 0 });

test('what comes at any moment in which the last write ends is written too', async () => {
  for (let turns = 0; turns < 20; turns++) {
    const sent: string[] = [];
    const writer: QueueWriter = new QueueWriter(
      {
        push: async (jobs: readonly ReadyJob[]) => {
          sent.push(...jobs.map(({ id }) => id));
          if (sent.length === 1) void afterMicrotasks(turns).then(() => writer.push([job('second')]));
          await Promise.resolve();
        },
      } as unknown as ReadyIds,
      {} as Generations,
      () => undefined,
      pino({ level: 'silent' }),
    );
    writer.push([job('first')]);
    await until(() => sent.length === 2);
    expect(sent).toEqual(['first', 'second']);
  }
});

async function afterMicrotasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}
