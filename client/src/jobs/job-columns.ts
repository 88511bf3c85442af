import { preferences, setPreferences, type Preferences } from '../settings/preferences.js';

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
  { id: 'payload', label: 'Payload', isDefault: false },
] as const;

/** A width for each column but that of the type, which takes the rest: so that nothing moves when the rows arrive. */
export const columnClass = {
  select: 'md:w-12',
  status: 'md:w-28 lg:w-44',
  type: 'max-w-96 md:max-lg:max-w-40 lg:min-w-44',
  queue: 'max-w-40 md:w-32',
  attempts: 'md:w-24',
  duration: 'max-w-48 md:w-32 max-lg:hidden',
  worker: 'max-w-40 md:w-36 max-xl:hidden',
  created: 'md:w-28',
  finished: 'md:w-28',
  'next-run': 'md:w-28',
  priority: 'md:w-20',
  error: 'max-w-80',
  payload: 'max-w-80',
  actions: 'md:w-12 md:!pl-0',
} as const;

export type JobColumn = (typeof jobColumns)[number]['id'];

/** The columns that may be shown. */
export function offeredColumns({ payloadPreview }: Preferences) {
  return jobColumns.filter((column) => column.id !== 'payload' || payloadPreview);
}

/** The ids of the columns to show, in their fixed order. */
export function visibleColumns(chosen: Preferences): readonly JobColumn[] {
  const isShown = (column: (typeof jobColumns)[number]) =>
    chosen.jobColumns.length === 0 ? column.isDefault : chosen.jobColumns.includes(column.id);
  return offeredColumns(chosen)
    .filter(isShown)
    .map((column) => column.id);
}

/** Shows or hides one column, and keeps that. */
export function toggleColumn(id: JobColumn): void {
  const shown = visibleColumns(preferences.get());
  setPreferences({ jobColumns: shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id] });
}
