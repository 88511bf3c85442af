import { execFileSync } from 'node:child_process';
import { TestOrchestrator } from '../support/orchestrator.js';
import { linesOfBlocks, pages, prose, readPage } from './markdown.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** A call as the README names one in its text: `POST /jobs/{id}/cancel`. */
const NAMED_CALL = /`(GET|POST|PUT|PATCH|DELETE) (\/[^`]*)`/g;

const readme = readPage('README.md');
const openApi = JSON.parse(readPage('openapi.json')) as { paths: Record<string, Record<string, unknown>> };
const calls = Object.entries(openApi.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
);

let orchestrator: TestOrchestrator;

beforeAll(async () => {
  orchestrator = await TestOrchestrator.start('postgres');
});

afterAll(() => orchestrator.stop());

/** The words of a curl command as a shell makes them; curl itself need not be there. */
function wordsOf(command: string, variables: Record<string, string>): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\nset -u\n${command}`;
  return execFileSync('sh', ['-c', script], { env: { PATH: process.env['PATH'], ...variables }, encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

/** Does what curl would do with these words. */
async function call(words: readonly string[]): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = {};
  const given: { method?: string; url?: string; body?: string } = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '-X') given.method = words[++at]!;
    else if (word === '-d') given.body = words[++at]!;
    else if (word === '-H') {
      const [name, value] = words[++at]!.split(/: (.*)/s);
      headers[name!] = value!;
    } else if (word.startsWith('-')) throw new Error(`this test does not know curl's ${word}`);
    else given.url = word;
  }
  const { url, method = given.body === undefined ? 'GET' : 'POST', body } = given;
  const response = await fetch(url!, { method, headers, body: body ?? null, signal: AbortSignal.timeout(10_000) });
  return { status: response.status, text: await response.text() };
}

/** `$JOB` and `$WORKER`: the ids that an answer brings. */
function idsIn(path: string, text: string): Record<string, string> {
  const body = (text === '' ? {} : JSON.parse(text)) as { id?: string; worker_id?: string; jobs?: { id: string }[] };
  if (path === '/jobs' && body.id) return { JOB: body.id };
  if (path === '/jobs/next') return { JOB: body.jobs![0]!.id };
  return path === '/workers/register' ? { WORKER: body.worker_id! } : {};
}

test('every command of the README that claims to run is answered with success, one after the other', async () => {
  const commands = linesOfBlocks(readme, 'sh run');
  expect(commands.length).toBeGreaterThan(15);
  const ids: Record<string, string> = {};
  for (const command of commands) {
    const words = wordsOf(command, { URL: orchestrator.url, H: 'content-type: application/json', ...ids });
    const { status, text } = await call(words);
    if (status >= 300) throw new Error(`${command}\nwas answered ${status}: ${text}`);
    const { pathname } = new URL(words.find((word) => word.startsWith('http'))!);
    Object.assign(ids, idsIn(pathname, text));
  }
});

test('the documents name calls that there are, and the README all of them', () => {
  const namedIn = (page: string) =>
    [...prose(readPage(page)).matchAll(NAMED_CALL)].map(([, method, path]) => `${method} ${path}`);
  expect(pages.flatMap(namedIn).filter((each) => !calls.includes(each))).toEqual([]);
  expect(calls.filter((each) => !namedIn('README.md').includes(each))).toEqual([]);
});

test('every metric that the operators’ page names is served', async () => {
  const named = readPage('docs/operations.md').match(/\borchestrator_[a-z_]+\b/g) ?? [];
  expect(named.length).toBeGreaterThan(10);
  const metrics = await (await fetch(`${orchestrator.url}/metrics`)).text();
  const served = [...metrics.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!);
  expect(named.filter((name) => !served.includes(name.replace(/_count$/, '')))).toEqual([]);
});
