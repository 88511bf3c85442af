import { useQuery } from '@tanstack/react-query';
import { Columns3, X } from 'lucide-react';
import { statsQuery } from '../api/stats.js';
import { usePreferences } from '../settings/preferences.js';
import { Button } from '../ui/button.js';
import { Menu, MenuCheckbox, MenuLabel } from '../ui/menu.js';
import { offeredColumns, toggleColumn, visibleColumns } from './job-columns.js';
import { filterChips, isJobId, type JobSearch } from './job-search.js';
import { SearchBox } from './search-box.js';
import { ViewsMenu } from './views-menu.js';

const windows = [
  { value: '', label: 'Any time' },
  { value: '-15m', label: 'Last 15 min' },
  { value: '-1h', label: 'Last hour' },
  { value: '-24h', label: 'Last 24 hours' },
  { value: '-7d', label: 'Last 7 days' },
];

/** Search, filters, saved views and columns above the job list. `onFilter` gets the whole new search. */
export function JobFilters({ search, onFilter }: { search: JobSearch; onFilter: (search: JobSearch) => void }) {
  const { data: stats } = useQuery(statsQuery());
  const set = (change: JobSearch) => onFilter({ ...search, ...change, cursor: undefined });
  const chips = filterChips(search).filter(
    ({ key, problem }) => problem !== undefined || !['queue', 'type', 'from', 'q'].includes(key),
  );
  const from = isJobId(search.from ?? '') ? '' : (search.from ?? '');
  return (
    <>
      <div className="grid grid-cols-2 items-start gap-2 sm:flex sm:flex-wrap">
        <SearchBox search={search} onFilter={set} />
        <Choice
          label="Queue"
          all="All queues"
          value={search.queue}
          options={stats?.queue_names}
          onChange={(queue) => set({ queue })}
        />
        <Choice
          label="Type"
          all="All types"
          value={search.type}
          options={stats?.types}
          onChange={(type) => set({ type })}
        />
        <select
          aria-label="Created"
          className="field sm:!w-auto"
          value={from}
          onChange={(event) => set({ from: event.target.value })}
        >
          {windows.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
          {!windows.some((option) => option.value === from) && <option value={from}>Since {from}</option>}
        </select>
        <ViewsMenu search={search} />
        <ColumnsMenu />
      </div>
      {chips.length > 0 && (
        <ul aria-label="Filters" className="flex flex-wrap gap-2">
          {chips.map((chip) => (
            <li
              key={chip.key}
              className={`flex h-7 max-w-full items-center rounded-full border pl-2.5 text-xs ${chip.problem ? 'border-danger-fg text-danger-fg' : 'border-line bg-subtle'}`}
            >
              <span className="truncate">
                <span className="text-muted">{chip.name}:</span> {chip.value}
                {chip.problem && ` (${chip.problem})`}
              </span>
              <button
                type="button"
                aria-label={`Remove filter ${chip.name}: ${chip.value}`}
                onClick={() => set({ [chip.key]: undefined })}
                className="flex size-6 items-center justify-center rounded-full hover:bg-hover"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Choice({
  label,
  all,
  value = '',
  options = [],
  onChange,
}: {
  label: string;
  all: string;
  value?: string;
  options?: readonly string[];
  onChange: (value: string) => void;
}) {
  const listed = value === '' || options.includes(value) ? options : [value, ...options];
  return (
    <select
      aria-label={label}
      className="field sm:!w-auto sm:max-w-44"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{all}</option>
      {listed.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}

function ColumnsMenu() {
  const chosen = usePreferences();
  const shown = visibleColumns(chosen);
  return (
    <Menu
      trigger={
        <Button className="max-md:hidden">
          <Columns3 aria-hidden /> Columns
        </Button>
      }
    >
      <MenuLabel>Show columns</MenuLabel>
      {offeredColumns(chosen).map((column) => (
        <MenuCheckbox key={column.id} checked={shown.includes(column.id)} onChange={() => toggleColumn(column.id)}>
          {column.label}
        </MenuCheckbox>
      ))}
    </Menu>
  );
}
