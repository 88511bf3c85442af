import { fetchJobs, type JobListParams } from '../api/jobs.js';
import { stringifyJson } from '../api/lossless.js';
import type { JobSummary } from '../api/types.js';

/** An export holds at most so many jobs: it is made in the browser, page by page. */
export const EXPORT_LIMIT = 10_000;
const PAGE = 200;

export type ExportFormat = 'ndjson' | 'csv';

const columns = [
  ...([
    'id',
    'type',
    'queue',
    'status',
    'priority',
    'attempt',
    'retry_count',
    'max_retries',
    'worker_id',
    'tags',
  ] as const),
  ...(['created_at', 'started_at', 'finished_at', 'run_at', 'error'] as const),
];

/** All jobs that match, newest first, up to the limit; with `ids`, only those of them. Throws ApiError. */
export async function jobsToExport(params: JobListParams, ids?: ReadonlySet<string>): Promise<JobSummary[]> {
  const { cursor: _cursor, ...filter } = params;
  const jobs: JobSummary[] = [];
  let cursor: string | undefined;
  for (let seen = 0; seen < EXPORT_LIMIT; seen += PAGE) {
    const page = await fetchJobs({ ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) });
    jobs.push(...page.jobs.filter((job) => !ids || ids.has(job.id)));
    if (page.next_cursor === null || (ids && jobs.length >= ids.size)) break;
    cursor = page.next_cursor;
  }
  return jobs;
}

/** One JSON object a line, or comma-separated values with a head. */
export function exportText(jobs: readonly JobSummary[], format: ExportFormat): string {
  if (format === 'ndjson') return jobs.map((job) => `${stringifyJson(job)}\n`).join('');
  const rows = jobs.map((job) => columns.map((column) => csvCell(job[column])).join(','));
  return [columns.join(','), ...rows, ''].join('\r\n');
}

function csvCell(value: string | number | readonly string[] | null): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  // A spreadsheet would run a cell that starts like a formula.
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
