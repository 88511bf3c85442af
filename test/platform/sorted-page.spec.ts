import { sortedPage, type SortValue } from '../../src/platform/sorted-page.js';

interface Row {
  id: string;
  value: SortValue;
}

const list = (rows: Row[], sort: string) => ({
  rows,
  sort,
  valueOf: ({ value }: Row) => value,
  idOf: ({ id }: Row) => id,
});

/** All pages forwards, as ids. */
function walk(rows: Row[], sort: string, limit: number): string[][] {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = sortedPage(list(rows, sort), limit, cursor);
    pages.push(page.rows.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

const ROWS: Row[] = [
  { id: 'd', value: 1 },
  { id: 'a', value: 3 },
  { id: 'c', value: null },
  { id: 'b', value: 3 },
  { id: 'e', value: 0 },
];

test('what has no value comes last, whichever way a list goes, and equal values go by id', () => {
  expect(walk(ROWS, 'v', 5)).toEqual([['e', 'd', 'a', 'b', 'c']]);
  expect(walk(ROWS, '-v', 2)).toEqual([['a', 'b'], ['d', 'e'], ['c']]);
});

test('the page before is the one that was seen before', () => {
  const second = sortedPage(list(ROWS, 'v'), 2, sortedPage(list(ROWS, 'v'), 2, undefined).next_cursor!);
  const first = sortedPage(list(ROWS, 'v'), 2, second.previous_cursor!);
  expect(first.rows.map(({ id }) => id)).toEqual(['e', 'd']);
  expect(first.previous_cursor).toBeNull();
  expect(second.rows.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('rows that come and go between two pages shift none of the others', () => {
  const { next_cursor } = sortedPage(list(ROWS, 'v'), 2, undefined);
  const changed = [...ROWS.filter(({ id }) => id !== 'd'), { id: 'new', value: -5 }];
  expect(sortedPage(list(changed, 'v'), 2, next_cursor!).rows.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a cursor of another order, or of none, is refused', () => {
  const { next_cursor } = sortedPage(list(ROWS, 'v'), 2, undefined);
  const cursors = [next_cursor!, 'x', Buffer.from('after -v ["a"]').toString('base64url'), ''];
  for (const cursor of cursors) {
    expect(() => sortedPage(list(ROWS, '-v'), 2, cursor)).toThrow('cursor');
  }
});
