#!/usr/bin/env node
/*
 * Submits one job for each file of a folder, waits for the results and prints them.
 *
 *   node dist/main --role=worker --handlers=examples/handlers &
 *   node examples/submit-folder.mjs --folder docs --ending .md
 *
 * A second run submits nothing new: the idempotency key is made of the file's path, size and time of change.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const JOBS_PER_CALL = 1000;
const ENDED = ['SUCCESS', 'FAILED', 'DEAD', 'CANCELLED'];

const { values: flags } = parseArgs({
  options: {
    folder: { type: 'string' },
    ending: { type: 'string', default: '' },
    type: { type: 'string', default: 'word-count' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    key: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help || !flags.folder) {
  console.log('Usage: submit-folder.mjs --folder DIR [--ending .md] [--type word-count] [--url URL] [--key API_KEY]');
  process.exit(flags.help ? 0 : 2);
}

const jobs = await jobsOf(resolve(flags.folder));
const ids = await submit(jobs);
const ended = await waitFor(ids);
for (const [index, job] of ended.entries()) {
  console.log(`${job.status}\t${jobs[index].payload.path}\t${JSON.stringify(job.result ?? job.error)}`);
}
process.exit(ended.every(({ status }) => status === 'SUCCESS') ? 0 : 1);

async function jobsOf(folder) {
  const names = await readdir(folder, { recursive: true });
  const files = [];
  for (const name of names.filter((name) => name.endsWith(flags.ending)).sort()) {
    const path = join(folder, name);
    const file = await stat(path);
    if (!file.isFile()) continue;
    files.push({
      type: flags.type,
      payload: { path },
      idempotency_key: `${flags.type} ${path} ${file.size} ${Math.round(file.mtimeMs)}`.slice(-255),
    });
  }
  return files;
}

async function submit(jobs) {
  const ids = [];
  let created = 0;
  for (let from = 0; from < jobs.length; from += JOBS_PER_CALL) {
    const answer = await call('POST', '/jobs/bulk', { jobs: jobs.slice(from, from + JOBS_PER_CALL) });
    ids.push(...answer.ids);
    created += answer.created;
  }
  console.error(`${ids.length} jobs, ${created} of them new`);
  return ids;
}

async function waitFor(ids) {
  const ended = new Map();
  while (ended.size < ids.length) {
    for (const id of ids.filter((id) => !ended.has(id))) {
      const job = await call('GET', `/jobs/${id}`);
      if (!ENDED.includes(job.status)) break;
      ended.set(id, job);
    }
    process.stderr.write(`\r${ended.size}/${ids.length} ended`);
    if (ended.size < ids.length) await delay(250);
  }
  process.stderr.write('\n');
  return ids.map((id) => ended.get(id));
}

/** Repeats while the server is away: thanks to the keys nothing is submitted twice. */
async function call(method, path, body) {
  for (let tries = 1; ; tries++) {
    const response = await fetch(flags.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(flags.key ? { authorization: `Bearer ${flags.key}` } : {}) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    }).catch((error) => error);
    if (response instanceof Response && response.ok) return response.json();
    const reason = response instanceof Response ? `${response.status} ${await response.text()}` : response.message;
    const mayPass = !(response instanceof Response) || response.status >= 500 || response.status === 429;
    if (!mayPass || tries === 20) throw new Error(`${method} ${path}: ${reason}`);
    await delay(500);
  }
}
