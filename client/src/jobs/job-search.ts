import type { JobListParams } from '../api/jobs.js';
import { pickParams } from '../search-params.js';
import { isJobStatus } from '../ui/status.js';
import { nowMs } from '../ui/ticker.js';

const KEYS = [
  'status',
  'queue',
  'type',
  'worker',
  'tag',
  'error',
  'attempt',
  'duration',
  'q',
  'from',
  'to',
  'sort',
  'cursor',
  'size',
  'new',
] as const;

/** The filters of the job list as its URL holds them; `payload.<path>` keys come on top. */
export type JobSearch = Partial<Record<(typeof KEYS)[number], string>> & Partial<Record<`payload.${string}`, string>>;

export const PAGE_SIZES = ['25', '50', '100'] as const;
const DEFAULT_SIZE = 50;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const RELATIVE = /^-(\d{1,4})(m|h|d)$/;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const ATTEMPTS = /^>(\d{1,6})$/;
const DURATION = /^>(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)?$/;
const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Whether `text` is a complete job id. */
export function isJobId(text: string): boolean {
  return UUID.test(text);
}

/** Keeps what the job list understands. */
export function validateJobSearch(search: Record<string, unknown>): JobSearch {
  const payloadKeys = Object.keys(search).filter((key) => key.startsWith('payload.'));
  return pickParams(search, [...KEYS, ...payloadKeys]);
}

/** One filter in force, to be shown as a chip that can be removed. */
export interface FilterChip {
  key: keyof JobSearch;
  name: string;
  value: string;
  /** Why the value has no effect. */
  problem?: string;
}

/** The filters of a search other than the status, which has its tabs. */
export function filterChips(search: JobSearch): FilterChip[] {
  const chips: FilterChip[] = [];
  for (const [key, value] of Object.entries(search) as [keyof JobSearch, string][]) {
    if (key === 'status') {
      const bad = value.split(',').filter((status) => !isJobStatus(status));
      if (bad.length > 0) chips.push({ key, name: 'status', value: bad.join(','), problem: 'invalid' });
    } else if (key === 'from' || key === 'to') {
      if (isJobId(value)) continue;
      const problem = toInstant(value) === undefined ? 'invalid' : undefined;
      chips.push({ key, name: key === 'from' ? 'since' : 'until', value, problem });
    } else if (key === 'worker') {
      chips.push({ key, name: key, value, problem: isJobId(value) ? undefined : 'invalid' });
    } else if (key === 'attempt' || key === 'duration') {
      const isValid = (key === 'attempt' ? ATTEMPTS : DURATION).test(value);
      chips.push({ key, name: key, value, problem: isValid ? undefined : 'invalid' });
    } else if (isFilter(key)) {
      chips.push({ key, name: key === 'q' ? 'text' : key, value });
    }
  }
  return chips;
}

/** The router hands on whatever else an address holds, too. */
function isFilter(key: string): boolean {
  if (key.startsWith('payload.')) return true;
  return (KEYS as readonly string[]).includes(key) && !['sort', 'cursor', 'size', 'new'].includes(key);
}

/** The valid statuses of a search; empty means all. */
export function statusesOf(search: JobSearch): string[] {
  return (search.status ?? '').split(',').filter(isJobStatus);
}

/** What the API is asked for. Values that make no sense are left out; `filterChips` shows them. */
export function toListParams(search: JobSearch): JobListParams {
  const status = statusesOf(search).filter(isJobStatus);
  const payload: Record<string, string> = {};
  for (const [key, value] of Object.entries(search)) {
    if (key.startsWith('payload.') && value !== undefined) payload[key.slice('payload.'.length)] = value;
  }
  const size = Number(search.size);
  return {
    ...(status.length > 0 ? { status } : {}),
    ...defined('queue', search.queue),
    ...defined('type', search.type),
    ...defined('tag', search.tag),
    ...defined('error', search.error),
    ...defined('q', search.q),
    ...defined('worker_id', search.worker && isJobId(search.worker) ? search.worker : undefined),
    ...defined('created_after', search.from && toInstant(search.from)),
    ...defined('created_before', search.to && toInstant(search.to)),
    ...above('attempts_above', ATTEMPTS.exec(search.attempt ?? '')),
    ...above('seconds_above', DURATION.exec(search.duration ?? '')),
    ...(Object.keys(payload).length > 0 ? { payload } : {}),
    ...defined('cursor', search.cursor),
    ...(search.sort === 'created_at' ? { sort: 'created_at' as const } : {}),
    limit: (PAGE_SIZES as readonly string[]).includes(search.size ?? '') ? size : DEFAULT_SIZE,
  };
}

/** `-24h` or an ISO instant as an instant, whole minutes so that the query stays the same for a while. */
function toInstant(text: string): string | undefined {
  const relative = RELATIVE.exec(text);
  if (relative) {
    const ms = Number(relative[1]) * UNIT_MS[relative[2] as keyof typeof UNIT_MS];
    return new Date(Math.floor((nowMs() - ms) / 60_000) * 60_000).toISOString();
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** The number behind the `>` of `>2` or `>1.5m`. */
function above<K extends string>(key: K, match: RegExpExecArray | null): Partial<Record<K, number>> {
  if (!match) return {};
  const unit = match[2] as keyof typeof UNIT_SECONDS | undefined;
  return { [key]: Number(match[1]) * (unit ? UNIT_SECONDS[unit] : 1) } as Record<K, number>;
}

function defined<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value ? ({ [key]: value } as Record<K, string>) : {};
}

const TOKEN =
  /(?<key>status|queue|type|worker|tag|error|attempt|duration|payload\.[\w.]+):(?:"(?<quoted>[^"]*)"|(?<plain>\S+))/g;
const UNKNOWN_TOKEN = /\b([a-z]+):\S/i;

/**
 * Reads what was typed into the search box: `status:DEAD queue:email payload.user.id:42 timeout` becomes three filters and the text
 * "timeout". `unsupported` names a token that no filter knows.
 */
export function parseTyped(text: string): { filters: JobSearch; unsupported?: string } {
  const filters: JobSearch = {};
  const rest = text.replace(TOKEN, (_match, ...groups) => {
    const { key, quoted, plain } = groups.at(-1) as { key: keyof JobSearch; quoted?: string; plain?: string };
    const value = quoted ?? plain ?? '';
    filters[key] = key === 'status' ? value.toUpperCase() : value;
    return '';
  });
  const q = rest.trim().replaceAll(/\s+/g, ' ');
  if (q !== '') filters.q = q;
  return { filters, unsupported: UNKNOWN_TOKEN.exec(rest)?.[1] };
}
