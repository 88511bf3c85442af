/** The text as LIKE and ILIKE look for it word for word: what they would take for a wildcard stands for itself. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
