import { useCallback, useEffect, useRef, useState } from 'react';
import { selectedCount } from '../live/live-status.js';

/** What is selected: single jobs, or everything that matched the filters at an instant. */
export interface Selection {
  ids: ReadonlySet<string>;
  allMatching: { count: number; isExact: boolean; asOf: string } | null;
}

const nothing: Selection = { ids: new Set(), allMatching: null };

/** The selected rows. It outlives refreshes and paging; the caller clears it when the filters change. */
export function useSelection(pageIds: readonly string[]) {
  const [selection, setSelection] = useState<Selection>(nothing);
  const page = useRef(pageIds);
  const anchor = useRef<string | null>(null);
  const count = selection.allMatching?.count ?? selection.ids.size;

  useEffect(() => {
    page.current = pageIds;
  });
  useEffect(() => {
    selectedCount.set(count);
    return () => selectedCount.set(0);
  }, [count]);

  const toggle = useCallback((id: string, extend: boolean) => {
    const range = extend ? between(page.current, anchor.current, id) : [id];
    anchor.current = id;
    setSelection(({ ids }) => ({ ids: withAll(ids, range, !ids.has(id)), allMatching: null }));
  }, []);
  const togglePage = useCallback(() => {
    const all = page.current;
    setSelection(({ ids }) => ({ ids: withAll(ids, all, !all.every((id) => ids.has(id))), allMatching: null }));
  }, []);
  const selectAllMatching = useCallback((allMatching: NonNullable<Selection['allMatching']>) => {
    setSelection(({ ids }) => ({ ids, allMatching }));
  }, []);
  const clear = useCallback(() => setSelection(nothing), []);

  return { selection, count, toggle, togglePage, selectAllMatching, clear };
}

/** The ids from `a` to `b` as they stand on the page; only `b` when `a` is not on it. */
function between(page: readonly string[], a: string | null, b: string): readonly string[] {
  const from = a === null ? -1 : page.indexOf(a);
  const to = page.indexOf(b);
  return from < 0 ? [b] : page.slice(Math.min(from, to), Math.max(from, to) + 1);
}

function withAll(ids: ReadonlySet<string>, change: readonly string[], isOn: boolean): ReadonlySet<string> {
  const next = new Set(ids);
  for (const id of change) {
    if (isOn) next.add(id);
    else next.delete(id);
  }
  return next;
}
