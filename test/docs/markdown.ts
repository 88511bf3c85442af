import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** All documents, by their paths from the root. */
export const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The lines of all fenced blocks that begin with exactly these words, as in `sh run`. */
export function linesOfBlocks(page: string, words: string): string[] {
  const blocks = page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter(([, info]) => info === words).flatMap(([, , body]) => body!.trimEnd().split('\n'));
}

/** The page without its fenced blocks, in which `[x](y)` is no link and `#` no heading. */
export function prose(page: string): string {
  return page.replace(/^```.*\n[\s\S]*?^```$/gm, '');
}

/** Where the page leads: links, pictures and their sources. */
export function linksOf(page: string): string[] {
  const text = prose(page);
  const markdown = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const html = [...text.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, target]) => target!);
  return [...markdown, ...html];
}

/** The names by which GitHub lets a link point at the page's headings. */
export function anchorsOf(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
