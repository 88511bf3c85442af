import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NAME, NAME_HINT } from '../contract/name.js';
import type { Handler } from './handler.js';
import handleAny from './handlers/default.js';
import email from './handlers/email.js';
import fail from './handlers/fail.js';

const BUILT_IN: Record<string, Handler> = { email, fail, default: handleAny };
const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];
const CAN_TYPESCRIPT = Boolean((process.features as { typescript?: unknown }).typescript);

/** A set of handlers that can't be used. The message names the file and how to mend it. */
export class HandlersError extends Error {
  override readonly name = 'HandlersError';
}

/** The handlers of this worker by job type; `default` takes every type that has none. */
export class Handlers {
  private readonly byType = new Map(Object.entries(BUILT_IN));

  constructor(own: ReadonlyMap<string, Handler> = new Map()) {
    for (const [type, handler] of own) this.byType.set(type, handler);
  }

  get types(): string[] {
    return [...this.byType.keys()];
  }

  for(type: string): Handler {
    return this.byType.get(type) ?? this.byType.get('default')!;
  }
}

/**
 * Loads handlers on top of the built-in ones.
 * @param path a folder (each file handles the job type it is named after), a module (its default export maps types to handlers), or
 *   empty for none
 * @throws HandlersError when anything about them is wrong: a worker must not start and then fail the jobs of a mistyped file
 */
export async function loadHandlers(path: string): Promise<Handlers> {
  if (path === '') return new Handlers();
  const full = resolve(path);
  if (!existsSync(full)) {
    throw new HandlersError(
      `HANDLERS ${full} does not exist. Give a folder with one file for each job type, or a module.`,
    );
  }
  return new Handlers(statSync(full).isDirectory() ? await loadFolder(full) : await loadModule(full));
}

async function loadFolder(folder: string): Promise<Map<string, Handler>> {
  const files = readdirSync(folder).filter(isHandlerFile).sort();
  if (files.length === 0) {
    throw new HandlersError(`HANDLERS ${folder} holds no handler. Add a file named after a job type, as in email.mjs.`);
  }
  const handlers = new Map<string, Handler>();
  for (const name of files) {
    const file = join(folder, name);
    const type = checkType(basename(name, extname(name)), file);
    if (handlers.has(type)) throw new HandlersError(`${file}: another file handles "${type}" too. Remove one of them.`);
    handlers.set(type, handlerOf(await load(file), file));
  }
  return handlers;
}

/** Files whose name starts with _ or . are the handlers' own business. */
function isHandlerFile(name: string): boolean {
  return EXTENSIONS.includes(extname(name)) && !/^[._]|\.d\.[cm]?ts$/.test(name);
}

async function loadModule(file: string): Promise<Map<string, Handler>> {
  const exported = unwrap(await load(file));
  if (typeof exported !== 'object' || exported === null || Object.keys(exported).length === 0) {
    throw new HandlersError(
      `${file}: its default export must be an object such as { email: async (job, context) => … }.`,
    );
  }
  const handlers = new Map<string, Handler>();
  for (const [type, handler] of Object.entries(exported)) {
    checkType(type, file);
    if (typeof handler !== 'function') throw new HandlersError(`${file}: "${type}" must be a function (job, context).`);
    handlers.set(type, handler as Handler);
  }
  return handlers;
}

async function load(file: string): Promise<Record<string, unknown>> {
  if (/\.[cm]?ts$/.test(file) && !CAN_TYPESCRIPT) {
    throw new HandlersError(
      `${file}: this Node (${process.version}) does not run TypeScript. Compile it to JavaScript, or use Node 22.18 or later.`,
    );
  }
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new HandlersError(`${file} could not be loaded: ${(cause as Error).message}`, { cause });
  }
}

function handlerOf(exports: Record<string, unknown>, file: string): Handler {
  const candidates = [
    unwrap(exports),
    exports['handler'],
    (exports['default'] as { handler?: unknown } | null)?.handler,
  ];
  const handler = candidates.find((candidate) => typeof candidate === 'function');
  if (!handler) {
    throw new HandlersError(
      `${file} exports no handler. Write \`export default async function (job, context) { … }\`, or start the file's name with _ if it is none.`,
    );
  }
  return handler as Handler;
}

/** The default export; that of a module compiled to CommonJS sits one level deeper. */
function unwrap(exports: Record<string, unknown>): unknown {
  const exported = exports['default'] as { __esModule?: unknown; default?: unknown } | undefined;
  return exported?.__esModule ? exported.default : exported;
}

function checkType(type: string, file: string): string {
  if (NAME.test(type) && type.length <= 128) return type;
  throw new HandlersError(`${file}: "${type}" can't be a job type, which ${NAME_HINT}.`);
}
