/** What the message of a group may have: enough to recognise it by. */
const MAX_LENGTH = 300;
/** Placeholders are shorter than most of what they stand for, so more is read than is kept. */
const MAX_READ = 4 * MAX_LENGTH;

const UNITS = 'ns|us|µs|μs|ms|s|sec|secs|m|min|mins|h|d|[kmgt]?i?b|px|x|k|st|nd|rd|th';

/**
 * What differs from one failure to the next, and what stands for it, in this order: what is more special comes first. A token is a run
 * of letters, digits, `_` and `-`; no placeholder holds a digit, so none is replaced again.
 */
const VARIABLE_PARTS: readonly (readonly [pattern: RegExp, placeholder: string])[] = [
  [/(?<![\p{L}\p{N}])(["'`])(?:(?!\1).)+?\1(?![\p{L}\p{N}])/gu, '$1<text>$1'],
  [/“[^”]+”/g, '“<text>”'],
  [/‘[^’]+’/g, '‘<text>’'],
  [/«[^»]+»/g, '«<text>»'],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s?#)>\]"'`]*)[?#](?!<query>)[^\s)>\]"'`]*/gi, '$1?<query>'],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s@/]+@/gi, '$1<login>@'],
  [/[\p{L}\p{N}_.+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, '<email>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?Z|[+-]\d\d:?\d\d)?)?(?![\p{L}\p{N}])/gu, '<time>'],
  // An amount with its unit: 5ms and 300ms are one error, so the unit must not make a token of the one and not of the other.
  [
    new RegExp(
      `(?<![\\p{L}\\p{N}_-])[-+]?\\p{Nd}+(?:[.,:]\\p{Nd}+)*(?: ?%|(?:${UNITS})?)(?![\\p{L}\\p{N}_-]|[.,:]\\p{Nd})`,
      'giu',
    ),
    '<n>',
  ],
  // A token with a digit and at least four letters or digits.
  [
    /(?<![\p{L}\p{N}_-])(?=[\p{L}_-]*\p{Nd})(?=(?:[_-]*[\p{L}\p{N}]){4})[\p{L}\p{N}][\p{L}\p{N}_-]*(?![\p{L}\p{N}_-])/gu,
    '<id>',
  ],
  [/\b[a-f]{8,}\b/gi, '<id>'],
  [/\p{Nd}+(?:[.,:]\p{Nd}+)*/gu, '<n>'],
];

/** The first line of an error without what differs from one failure to the next: ids, numbers, quoted texts, addresses. */
export function errorPattern(message: string): string {
  const [firstLine = ''] = message.trim().split('\n', 1);
  return VARIABLE_PARTS.reduce(
    (text, [pattern, placeholder]) => text.replaceAll(pattern, placeholder),
    firstLine.slice(0, MAX_READ),
  ).slice(0, MAX_LENGTH);
}
