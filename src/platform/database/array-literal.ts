/**
 * An array parameter as PostgreSQL writes it, for values that need no quotes: ids, numbers, booleans. The driver would look at every
 * character of each.
 */
export function arrayLiteral(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
