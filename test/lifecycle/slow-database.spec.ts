import { Link } from '../chaos/system/link.js';
import { TestOrchestrator } from '../support/orchestrator.js';

describe('while the database is slow', () => {
  let orchestrator: TestOrchestrator;
  let beyondLink: TestOrchestrator;
  let link: Link;

  beforeAll(async () => {
    // Only the one beyond the slow link sweeps.
    const lease = { leaseSeconds: 2, heartbeatSeconds: 1 };
    orchestrator = await TestOrchestrator.start('postgres', { ...lease, sweepSeconds: 60 });
    const url = new URL(orchestrator.databaseUrl);
    const port = Number(url.port);
    link = await Link.open('to PostgreSQL', () => [port]);
    url.port = String(link.port);
    beyondLink = await orchestrator.startAnother({ databaseUrl: url.href, sweepSeconds: 0.1 });
  });
  afterAll(async () => {
    link.heal();
    await beyondLink.stop();
    await link.close();
    await orchestrator.stop();
  });

  it('does not take its own rest between two slow looks for an absence, which would hold off every verdict', async () => {
    link.delayMs = 130;
    const { id } = await orchestrator.submit();
    const worker = await orchestrator.worker();
    await worker.take();
    await orchestrator.untilStatus(id, 'PENDING', 20_000);
  }, 30_000);
});
