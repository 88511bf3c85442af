import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT, anchorsOf, linksOf, pages, prose, readPage } from './markdown.js';

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
  const findings = pages.flatMap((page) => linksOf(readPage(page)).map((link) => wrongWith(page, link)));
  expect(findings.length).toBeGreaterThan(30);
  expect(findings.filter((finding) => finding !== null)).toEqual([]);
});

test('every file of ours that the documents name is there', () => {
  const named = pages.flatMap((page) =>
    [...prose(readPage(page)).matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:ts|mjs|py|sh|lua))`/g)].map(([, path]) => path!),
  );
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'src', path)))).toEqual([]);
});
