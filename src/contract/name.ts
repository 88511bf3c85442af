/** What a type, a queue or a tag may be called: visible, and safe in a URL, a log line and a Redis key. */
export const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.:/-]*[A-Za-z0-9])?$/;
export const NAME_HINT = 'must be letters, digits and _ . : / - , starting and ending with a letter or digit';
