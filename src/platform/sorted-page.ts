import { DomainError } from './errors/domain-error.js';

/** What a list is sorted by. Numbers and texts go in their order, null comes last whichever way the list goes. */
export type SortValue = number | string | null;

/** How a list is sorted: `pending`, or `-pending` for the other way round. */
export interface SortedList<Row> {
  rows: readonly Row[];
  sort: string;
  valueOf: (row: Row) => SortValue;
  /** What no two rows share; it decides between equal values. */
  idOf: (row: Row) => string;
}

export interface Page<Row> {
  rows: Row[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

interface Place {
  value: SortValue;
  id: string;
}

type Side = 'after' | 'before';

/**
 * One page of a sorted list. A cursor names the row at the edge of the page and its value, so rows that come, go or move between two
 * calls shift no page: no row is left out or shown twice unless it moved past the edge itself.
 * @throws DomainError `invalid_request` for a cursor that no list gave out, or gave out for another order
 */
export function sortedPage<Row>(list: SortedList<Row>, limit: number, cursor: string | undefined): Page<Row> {
  const placed = list.rows.map((row) => ({ row, value: list.valueOf(row), id: list.idOf(row) }));
  const compare = comparer(list.sort.startsWith('-'));
  placed.sort(compare);
  const from = cursor === undefined ? undefined : readCursor(cursor, list.sort);
  let start = 0;
  if (from) {
    const firstAfter = placed.findIndex((each) =>
      from.side === 'after' ? compare(each, from.place) > 0 : compare(each, from.place) >= 0,
    );
    const at = firstAfter === -1 ? placed.length : firstAfter;
    start = from.side === 'after' ? at : Math.max(0, at - limit);
  }
  const page = placed.slice(start, start + limit);
  const edge = (side: Side, place: Place | undefined) => (place ? writeCursor(side, list.sort, place) : null);
  return {
    rows: page.map(({ row }) => row),
    next_cursor: start + limit < placed.length ? edge('after', page.at(-1)) : null,
    previous_cursor: start > 0 ? edge('before', page[0] ?? from?.place) : null,
  };
}

function comparer(isDescending: boolean): (a: Place, b: Place) => number {
  const way = isDescending ? -1 : 1;
  return (a, b) => {
    if (a.value === b.value) return order(a.id, b.id);
    if (a.value === null) return 1;
    if (b.value === null) return -1;
    return way * order(a.value, b.value);
  };
}

function order(a: number | string, b: number | string): number {
  return a < b ? -1 : Number(a > b);
}

const FORM = /^(after|before) (-?[a-z0-9_]+) (\[.*\])$/s;
const CONTROL = /\p{Cc}/u;

function writeCursor(side: Side, sort: string, { value, id }: Place): string {
  return Buffer.from(`${side} ${sort} ${JSON.stringify([value, id])}`).toString('base64url');
}

function readCursor(text: string, sort: string): { side: Side; place: Place } {
  const [, side, of, json] = FORM.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  const place = json === undefined ? undefined : parsePlace(json);
  if (!place) throw badCursor('is not a cursor of this list');
  if (of !== sort) throw badCursor(`belongs to a list sorted by ${of}`);
  return { side: side as Side, place };
}

function parsePlace(json: string): Place | undefined {
  try {
    const [value, id, more] = JSON.parse(json) as unknown[];
    const isValue = value === null || typeof value === 'number' || typeof value === 'string';
    if (!isValue || typeof id !== 'string' || more !== undefined || CONTROL.test(id)) return undefined;
    return { value, id };
  } catch {
    return undefined;
  }
}

function badCursor(message: string): DomainError {
  return new DomainError('invalid_request', `The request is not valid: cursor ${message}.`, {
    details: [{ field: 'cursor', message }],
  });
}
