import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT, anchorsOf, linksOf, readPage } from './markdown.js';

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** What is wrong with a link of a page; null for nothing. Links to other sites are not followed: a test needs no network. */
function wrongWith(page: string, link: string): string | null {
  if (/^[a-z]+:/.test(link)) return null;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), decodeURIComponent(path));
  if (!existsSync(target)) return `${page} links to ${link}, which is not there`;
  if (anchor === undefined || anchorsOf(readPage(relative(ROOT, target))).includes(anchor)) return null;
  return `${page} links to ${link}, which has no such heading`;
}

test('every link inside the documents leads somewhere', () => {
  expect(pages.length).toBeGreaterThan(10);
  const wrong = pages.flatMap((page) => linksOf(readPage(page)).map((link) => wrongWith(page, link)));
  expect(wrong.length).toBeGreaterThan(30);
  expect(wrong.filter((message) => message !== null)).toEqual([]);
});

test('every page of docs can be reached from the README', () => {
  const seen = new Set<string>();
  const walk = (page: string): void => {
    if (seen.has(page)) return;
    seen.add(page);
    for (const link of linksOf(readPage(page))) {
      const target = relative(ROOT, resolve(ROOT, dirname(page), link.split('#')[0]!));
      if (pages.includes(target)) walk(target);
      // A folder shows all that is in it.
      pages.filter((other) => dirname(other) === target).forEach(walk);
    }
  };
  walk('README.md');
  expect(pages.filter((page) => !seen.has(page))).toEqual([]);
});
