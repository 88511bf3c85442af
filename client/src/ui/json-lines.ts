import { isLosslessNumber } from 'lossless-json';
import { stringifyJson } from '../api/lossless.js';

/** One line of a JSON tree as it is drawn. */
export interface JsonLine {
  /** `user.addresses[0].zip`, and empty for the root. */
  path: string;
  depth: number;
  /** The property's name or the index; null at the root. */
  name: string | null;
  value: unknown;
  kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  /** How many entries a container has. */
  size: number;
  isOpen: boolean;
}

/** The lines of `root` that show when the containers named in `toggled` differ from their default (open down to depth 2). */
export function jsonLines(root: unknown, toggled: ReadonlySet<string>, search: string): JsonLine[] {
  const lines: JsonLine[] = [];
  const wanted = search.toLowerCase();
  const visit = (value: unknown, name: string | null, path: string, depth: number) => {
    const kind = kindOf(value);
    const entries = entriesOf(value, kind);
    const isOpen = wanted === '' ? depth < 3 !== toggled.has(path) : true;
    lines.push({ path, depth, name, value, kind, size: entries.length, isOpen });
    if (!isOpen) return;
    for (const [key, child] of entries) {
      if (wanted !== '' && !holds(key, child, wanted)) continue;
      visit(child, key, pathOf(path, key, kind), depth + 1);
    }
  };
  visit(root, null, '', 0);
  return lines;
}

/** A scalar as JSON writes it, with every digit of a number. */
export function scalarText(value: unknown): string {
  return stringifyJson(value);
}

function holds(key: string, value: unknown, wanted: string): boolean {
  if (key.toLowerCase().includes(wanted)) return true;
  const entries = entriesOf(value, kindOf(value));
  return entries.length > 0
    ? entries.some(([name, child]) => holds(name, child, wanted))
    : scalarText(value).toLowerCase().includes(wanted);
}

function kindOf(value: unknown): JsonLine['kind'] {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || isLosslessNumber(value)) return 'number';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'object' | 'string' | 'boolean';
}

function entriesOf(value: unknown, kind: JsonLine['kind']): [string, unknown][] {
  return kind === 'object' || kind === 'array' ? Object.entries(value as object) : [];
}

function pathOf(parent: string, key: string, kind: JsonLine['kind']): string {
  if (kind === 'array') return `${parent}[${key}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}
