import { Link } from '../chaos/system/link.js';
import { TestOrchestrator } from '../support/orchestrator.js';

describe('while the database does not answer', () => {
  let orchestrator: TestOrchestrator;
  let beyondLink: TestOrchestrator;
  let link: Link;

  beforeAll(async () => {
    orchestrator = await TestOrchestrator.start('postgres');
    const url = new URL(orchestrator.databaseUrl);
    const port = Number(url.port);
    link = await Link.open('to PostgreSQL', () => [port]);
    url.port = String(link.port);
    beyondLink = await orchestrator.startAnother({ databaseUrl: url.href });
  });
  afterAll(async () => {
    link.heal('reset');
    await beyondLink.stop();
    await link.close();
    await orchestrator.stop();
  });

  it('answers heartbeats before their workers give up waiting, so that these keep what they run', async () => {
    const worker = (await orchestrator.worker()).at(beyondLink);
    const beat = () => beyondLink.post('/workers/heartbeat', { worker_id: worker.id, running: [] });
    expect((await beat()).status).toBe(200);
    link.break('half-open');
    for (let beats = 0; beats < 3; beats++) {
      const startedAt = performance.now();
      expect(await beat()).toMatchObject({ status: 503, body: { error: { code: 'database_unavailable' } } });
      // What a worker with the default lease waits for an answer.
      expect(performance.now() - startedAt).toBeLessThan(4995);
    }
  }, 30_000);
});
