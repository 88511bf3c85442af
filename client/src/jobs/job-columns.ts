import { preferences, setPreferences } from '../settings/preferences.js';

/** The columns that a person may show or hide; status and type always show. */
export const jobColumns = [
  { id: 'queue', label: 'Queue', isDefault: true },
  { id: 'attempts', label: 'Attempts', isDefault: true },
  { id: 'duration', label: 'Duration', isDefault: true },
  { id: 'worker', label: 'Worker', isDefault: true },
  { id: 'created', label: 'Created', isDefault: true },
  { id: 'finished', label: 'Finished', isDefault: false },
  { id: 'next-run', label: 'Next run', isDefault: false },
  { id: 'priority', label: 'Priority', isDefault: false },
  { id: 'error', label: 'Error', isDefault: false },
] as const;

export type JobColumn = (typeof jobColumns)[number]['id'];

/** The ids of the columns to show, in their fixed order. */
export function visibleColumns(chosen: readonly string[]): readonly JobColumn[] {
  const shown = jobColumns.filter((column) => (chosen.length === 0 ? column.isDefault : chosen.includes(column.id)));
  return shown.map((column) => column.id);
}

/** Shows or hides one column, and keeps that. */
export function toggleColumn(id: JobColumn): void {
  const shown = visibleColumns(preferences.get().jobColumns);
  setPreferences({ jobColumns: shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id] });
}
