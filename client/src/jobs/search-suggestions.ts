import type { Stats } from '../api/types.js';
import { JOB_STATUSES } from '../ui/status.js';

const KEYS = ['status:', 'queue:', 'type:', 'tag:', 'worker:', 'error:', 'attempt:>', 'duration:>', 'payload.'];
const MAX_SUGGESTIONS = 8;

/** How the text in the search box may go on: filters by name, then the values that a filter is known to have. */
export function searchSuggestions(text: string, stats: Pick<Stats, 'queue_names' | 'types'> | undefined): string[] {
  const start = text.lastIndexOf(' ') + 1;
  const [before, word] = [text.slice(0, start), text.slice(start)];
  if (word === '') return [];
  const colon = word.indexOf(':');
  const known =
    colon < 0 ? KEYS : valuesOf(word.slice(0, colon), stats).map((value) => word.slice(0, colon + 1) + value);
  return known
    .filter((each) => each.toLowerCase().startsWith(word.toLowerCase()) && each !== word)
    .slice(0, MAX_SUGGESTIONS)
    .map((each) => before + each);
}

function valuesOf(key: string, stats: Pick<Stats, 'queue_names' | 'types'> | undefined): readonly string[] {
  if (key === 'status') return JOB_STATUSES;
  if (key === 'queue') return stats?.queue_names ?? [];
  return key === 'type' ? (stats?.types ?? []) : [];
}
