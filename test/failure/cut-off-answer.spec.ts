import { request } from 'node:http';
import { pino } from 'pino';
import { TestOrchestrator } from '../support/orchestrator.js';
import { until } from '../support/until.js';

jest.setTimeout(30_000);

test('an answer that is cut off before it is finished gives its leases back at once, and is logged as cut off', async () => {
  const logged: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  const orchestrator = await TestOrchestrator.start('postgres', { leaseSeconds: 600 }, logger);
  try {
    const worker = await orchestrator.worker({ concurrency: 100 });
    // More than the buffers of a connection hold.
    const payload = 'x'.repeat(250_000);
    for (let n = 0; n < 100; n++) await orchestrator.submit({ payload, queue: 'big' });
    const call = request(`${orchestrator.url}/jobs/next`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    const ended = new Promise((resolve) => call.once('response', (response) => response.once('readable', resolve)));
    call.on('error', () => undefined);
    call.end(JSON.stringify({ worker_id: worker.id, limit: 100 }));
    await ended;
    call.destroy();
    const released = await until(async () => {
      const rows = await orchestrator.sql(`SELECT status::text, lost_count FROM jobs GROUP BY 1, 2`);
      return rows.length === 1 && rows[0]!['status'] === 'PENDING' && rows;
    }, 10_000);
    expect(released).toEqual([{ status: 'PENDING', lost_count: 0 }]);
    const attempts = await orchestrator.sql(`SELECT DISTINCT status::text FROM job_attempts`);
    expect(attempts).toEqual([{ status: 'RELEASED' }]);
    const entries = logged.map((line) => JSON.parse(line) as { route?: string; status?: number });
    expect(entries.filter(({ route }) => route === '/jobs/next').map(({ status }) => status)).toEqual([499]);
  } finally {
    await orchestrator.stop();
  }
});
