import { useState } from 'react';
import type { JobList, JobSummary } from '../api/types.js';

/** More rows that left the filter than this are not kept on screen. */
const MAX_STALE = 25;

interface RowView {
  key: string;
  source: JobList | undefined;
  rows: JobSummary[];
  /** Rows that no longer match the filter: they stay, dimmed, so that nothing moves under the pointer. */
  staleIds: ReadonlySet<string>;
  newCount: number;
  page: JobList | undefined;
}

export interface JobRows extends Omit<RowView, 'key' | 'source'> {
  /** Shows the newest answer as it is. */
  showAll: () => void;
}

/**
 * The rows on screen. Rows that are shown are patched in place. New ones appear only when `mayInsert`, else they are counted. A new
 * `key` (other filters, another page, a refresh by hand) shows the answer as it is.
 */
export function useJobRows(key: string, data: JobList | undefined, mayInsert: boolean): JobRows {
  const [view, setView] = useState<RowView>(() => shown(key, data));
  if (data && (view.source !== data || view.key !== key)) setView(nextView(view, key, data, mayInsert));
  const { rows, staleIds, newCount, page } = view;
  return { rows, staleIds, newCount, page, showAll: () => setView(shown(key, data)) };
}

function shown(key: string, data: JobList | undefined): RowView {
  return { key, source: data, rows: data?.jobs ?? [], staleIds: new Set(), newCount: 0, page: data };
}

function nextView(view: RowView, key: string, data: JobList, mayInsert: boolean): RowView {
  if (view.key !== key || view.rows.length === 0) return shown(key, data);
  const fresh = new Map(data.jobs.map((job) => [job.id, job]));
  const patched = view.rows.map((row) => fresh.get(row.id) ?? row);
  const oldest = data.jobs.at(-1);
  const isWithinPage = (row: JobSummary) =>
    data.next_cursor === null || oldest === undefined || row.created_at >= oldest.created_at;
  const stale = patched.filter((row) => !fresh.has(row.id) && isWithinPage(row)).slice(0, MAX_STALE);
  const staleIds = new Set(stale.map((row) => row.id));
  if (mayInsert)
    return { key, source: data, rows: weave(data.jobs, patched, staleIds), staleIds, newCount: 0, page: data };
  const known = new Set(view.rows.map((row) => row.id));
  const top = view.rows[0];
  const newCount = data.jobs.filter((job) => !known.has(job.id) && top && job.created_at >= top.created_at).length;
  return { ...view, source: data, rows: patched, staleIds, newCount };
}

/** The fresh rows, with each stale one behind the row that it used to follow. */
function weave(fresh: readonly JobSummary[], old: readonly JobSummary[], staleIds: ReadonlySet<string>): JobSummary[] {
  const rows = [...fresh];
  let previous: string | undefined;
  for (const row of old) {
    if (staleIds.has(row.id)) rows.splice(rows.findIndex(({ id }) => id === previous) + 1, 0, row);
    previous = row.id;
  }
  return rows;
}
