import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readCommand } from '../../src/config/config.js';
import { SETTINGS } from '../../src/config/settings.js';

interface Service {
  image: string;
  command: string[];
  environment: Record<string, string | number>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  volumes?: string[];
}

const ROOT = join(__dirname, '../..');
const SET = { API_KEY: 'a secret of enough characters' };
const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const ours = Object.entries(compose.services).filter(([, { image }]) => image === 'job-orchestrator');

/** As compose does it: `${NAME:-default}`, `${NAME:?what to do}`. */
function interpolate(text: string, environment: Record<string, string>): string {
  // The text of a default or an explanation may itself hold `$(…)`, but no brace.
  return text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = environment[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name}: ${rest}`);
    return value;
  });
}

function environmentOf(service: Service, outer: Record<string, string>): Record<string, string> {
  const entries = Object.entries(service.environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, interpolate(String(value), outer)]));
}

/** What the image sets by itself. */
function imageEnvironment(): Record<string, string> {
  const line = /^ENV (.+)$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))![1]!;
  return Object.fromEntries(line.split(' ').map((pair) => pair.split('=') as [string, string]));
}

test('there is an orchestrator and there are workers', () => {
  expect(ours.map(([name]) => name)).toEqual(['orchestrator', 'worker']);
});

test.each(ours)('every variable of the %s is a setting there is', (_, service) => {
  const known = Object.values(SETTINGS).map(({ variable }) => variable);
  expect(Object.keys(service.environment).filter((name) => !known.includes(name))).toEqual([]);
});

test.each(ours)('the %s starts with its command and its variables', (name, service) => {
  const environment = { ...imageEnvironment(), ...environmentOf(service, SET) };
  const command = readCommand(service.command, environment, '/nowhere/.env');
  expect(command).toMatchObject({ kind: 'run', config: { role: name, host: '0.0.0.0' } });
});

test('without API_KEY compose says what to set, and the image alone does too', () => {
  const [, orchestrator] = ours[0]!;
  expect(() => environmentOf(orchestrator, {})).toThrow(/API_KEY: .*at least 16 characters/);
  expect(() => readCommand(orchestrator.command, imageEnvironment(), '/nowhere/.env')).toThrow(/set API_KEY/);
});

test('services wait for what they need to be healthy, and everything named is there', () => {
  for (const service of Object.values(compose.services)) {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(condition).toBe('service_healthy');
      // That of the orchestrator is in the image.
      expect(compose.services[needed]?.healthcheck?.test ?? needed).toEqual(
        needed === 'orchestrator' ? needed : expect.any(Array),
      );
    }
    const volumes = (service.volumes ?? []).map((volume) => volume.split(':')[0]!);
    volumes.forEach((volume) => expect(compose.volumes).toHaveProperty(volume));
  }
});
