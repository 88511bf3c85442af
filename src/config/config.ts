import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { SETTINGS, flagOf, type Setting, type Settings } from './settings.js';

/** All settings of this process, validated and frozen. */
export type Config = Settings;

/** A setting that can't be used. The message names every wrong variable and how to mend it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Command = { kind: 'run'; config: Config } | { kind: 'help' } | { kind: 'version' };

/**
 * Reads flags, then the environment, then `.env`, then defaults; an earlier source wins.
 * @param args the command line without node and script
 * @throws ConfigError that lists every wrong setting at once
 */
export function readCommand(args: string[], environment: NodeJS.ProcessEnv, envFile = '.env'): Command {
  const flags = readFlags(args);
  if (flags['help'] === true) return { kind: 'help' };
  if (flags['version'] === true) return { kind: 'version' };
  const file = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {};

  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    const { value, source } = find(setting, flags, environment, file);
    config[name] = value === undefined ? setting.fallback : parse(setting, value, source, problems);
  }
  if (problems.length === 0) checkTogether(config as unknown as Config, problems);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return { kind: 'run', config: Object.freeze(config) as unknown as Config };
}

/** The text of `--help`. */
export function helpText(): string {
  const rows = (Object.values(SETTINGS) as Setting<unknown>[]).map((setting) => {
    return `  --${flagOf(setting).padEnd(22)} ${setting.variable.padEnd(22)} ${setting.help} [${setting.shownDefault || 'unset'}]`;
  });
  return [
    'Usage: node dist/main --role=all|orchestrator|worker [flags]',
    '',
    'Every setting is a flag, an environment variable or a line of .env, in that order:',
    ...rows,
    '',
    '  --help                  Show this.',
    '  --version               Show the version.',
    '',
  ].join('\n');
}

type Flags = Record<string, string | boolean | undefined>;

function readFlags(args: string[]): Flags {
  const options = Object.fromEntries([
    ...Object.values(SETTINGS).map((setting) => [flagOf(setting), { type: 'string' as const }]),
    ['help', { type: 'boolean' as const, short: 'h' }],
    ['version', { type: 'boolean' as const, short: 'v' }],
  ]) as Record<string, { type: 'string' | 'boolean'; short?: string }>;
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new ConfigError(`${(cause as Error).message.replace(/\.?$/, '.')} See --help.`, { cause });
  }
}

function find(setting: Setting<unknown>, flags: Flags, environment: NodeJS.ProcessEnv, file: NodeJS.Dict<string>) {
  const flag = flags[flagOf(setting)];
  if (typeof flag === 'string') return { value: flag, source: `--${flagOf(setting)}` };
  // An empty variable is an unset one: compose files and shells write `NAME=` for "none".
  return { value: environment[setting.variable] || file[setting.variable] || undefined, source: setting.variable };
}

function parse(setting: Setting<unknown>, value: string, source: string, problems: string[]): unknown {
  try {
    return setting.parse(value);
  } catch (cause) {
    const shown = setting.isSecret ? '' : ` (it is "${value}")`;
    problems.push(`${source} ${(cause as Error).message}${shown}. ${setting.help}`);
    return undefined;
  }
}

function checkTogether(config: Config, problems: string[]): void {
  if (config.role !== 'worker' && !isLoopback(config.host) && config.apiKeys.length === 0) {
    problems.push(
      `HOST ${config.host} can be reached by others: set API_KEY to a secret of at least 16 characters, or HOST to 127.0.0.1.`,
    );
  }
  if (config.readOnlyApiKeys.length > 0 && config.apiKeys.length === 0) {
    problems.push('READ_ONLY_API_KEY needs API_KEY: without it everyone may change everything.');
  }
  if (config.heartbeatSeconds * 2 > config.leaseSeconds) {
    problems.push('LEASE_SECONDS must be at least twice HEARTBEAT_SECONDS, or leases expire between two heartbeats.');
  }
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
