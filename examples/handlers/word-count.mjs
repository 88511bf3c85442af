import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Counts the lines, words and characters of a text file, and names its most frequent words.
 * Payload: { "path": "/absolute/path/of/a/text.md" }, as examples/submit-folder.mjs submits it.
 */
export default async function wordCount(job, { signal, progress, log, UnrecoverableError }) {
  const { path } = job.payload ?? {};
  if (typeof path !== 'string') throw new UnrecoverableError('payload.path must be the path of a text file');

  const counts = new Map();
  let lines = 0;
  let words = 0;
  let characters = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path, { encoding: 'utf8', signal }) })) {
      lines++;
      characters += line.length + 1;
      for (const word of line.toLowerCase().match(/\p{L}+/gu) ?? []) {
        words++;
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
      if (lines % 10_000 === 0) progress(0, `${lines} lines`);
    }
  } catch (error) {
    // Another try finds the file no more than this one did; a full disk or a busy network share is worth another try.
    if (error.code === 'ENOENT' || error.code === 'EISDIR')
      throw new UnrecoverableError(error.message, { cause: error });
    throw error;
  }

  const top = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  log(`${path}: ${words} words`);
  return { lines, words, characters, top: top.map(([word, count]) => `${word} ${count}`) };
}
