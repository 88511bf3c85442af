import { join } from 'node:path';
import { until } from '../support/until.js';
import { ScriptedOrchestrator } from './scripted-orchestrator.js';
import { WorkerProcesses } from './worker-process.js';

const OK = 'export default () => "own";';

describe('the handlers of a worker', () => {
  const processes = new WorkerProcesses();
  const orchestrator = new ScriptedOrchestrator();

  beforeAll(() => orchestrator.start());
  afterEach(() => processes.killAll());
  afterAll(async () => {
    await orchestrator.stop();
    await processes.remove();
  });

  async function resultOf(handlers: string, type: string): Promise<unknown> {
    processes.start(orchestrator.url, { handlers });
    const [id] = orchestrator.submit({ type });
    return (await until(() => orchestrator.reports.get(id!), 10_000))?.result;
  }

  it('come from a folder, one file for each type; files that start with _ are none', async () => {
    const folder = processes.folder({
      'a.mjs': `import { b } from './_b.mjs'; export default () => b;`,
      '_b.mjs': 'export const b = 1;',
    });
    expect(await resultOf(folder, 'a')).toBe(1);
  });

  it('come from CommonJS as well', async () => {
    expect(await resultOf(processes.folder({ 'a.cjs': 'module.exports = async () => "cjs";' }), 'a')).toBe('cjs');
  });

  it('come from a module that maps types to functions, and may replace the default', async () => {
    const module = join(
      processes.folder({ 'all.mjs': 'export default { default: (job) => "any " + job.type };' }),
      'all.mjs',
    );
    expect(await resultOf(module, 'x')).toBe('any x');
  });

  it.each([
    ['a folder that is not there', undefined, /\/nowhere does not exist/],
    ['an empty folder', {}, /holds no handler/],
    ['a file without a handler', { 'a.mjs': 'export const x = 1;' }, /a\.mjs exports no handler\. Write/],
    ['a file that does not load', { 'a.mjs': 'export default (' }, /a\.mjs could not be loaded/],
    ['two files for one type', { 'a.mjs': OK, 'a.js': OK }, /another file handles "a" too/],
    ['a name that is no type', { 'a b.mjs': OK }, /"a b" can't be a job type/],
  ])('keep the worker from starting when they are %s', async (_, files, message) => {
    const handlers = files ? processes.folder({ 'package.json': '{"type":"module"}', ...files }) : '/nowhere';
    const worker = processes.start(orchestrator.url, { handlers });
    expect(await worker.exited).toBe(1);
    expect(worker.output()).toMatch(message);
  });
});
