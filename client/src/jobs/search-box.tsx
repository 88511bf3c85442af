import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { statsQuery } from '../api/stats.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { Combobox } from '../ui/combobox.js';
import { isJobId, parseTyped, type JobSearch } from './job-search.js';
import { searchSuggestions } from './search-suggestions.js';

const TYPING_PAUSE_MS = 400;

/** Finds a job by its id, and jobs by text; words such as `queue:email` become filters. */
export function SearchBox({ search, onFilter }: { search: JobSearch; onFilter: (change: JobSearch) => void }) {
  const navigate = useNavigate();
  const { data: stats } = useQuery(statsQuery());
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState(search.q ?? '');
  const [seen, setSeen] = useState(search.q);
  if (search.q !== seen) {
    // The URL changed by Back, a chip or a view: the field follows, but never while it is what changed the URL.
    setSeen(search.q);
    if ((search.q ?? '') !== text.trim()) setText(search.q ?? '');
  }
  const [unsupported, setUnsupported] = useState<string>();
  const field = () => form.current?.querySelector('input');
  useShortcuts({ '/': () => field()?.focus() });

  const apply = (typed: string) => {
    const id = typed.trim();
    if (isJobId(id)) return void navigate({ to: '/jobs/$id', params: { id } });
    const { filters, unsupported: token } = parseTyped(typed);
    setUnsupported(token);
    if (token !== undefined) return;
    onFilter({ ...filters, q: filters.q });
    setText(filters.q ?? '');
  };
  const type = (typed: string) => {
    setText(typed);
    setUnsupported(undefined);
  };

  // Plain text searches while it is typed; filters such as queue:email wait for Enter.
  useEffect(() => {
    if (text.trim() === (search.q ?? '') || text.includes(':')) return;
    const timer = window.setTimeout(() => onFilter({ q: text.trim() || undefined }), TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  });

  return (
    <form
      ref={form}
      role="search"
      className="relative min-w-0 flex-1 basis-64 max-sm:col-span-2"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        apply(text);
      }}
    >
      <Search aria-hidden className="absolute top-2 left-2.5 z-10 size-4 text-muted pointer-coarse:top-3.5" />
      <Combobox
        role="searchbox"
        type="search"
        aria-label="Search jobs"
        aria-describedby={unsupported ? 'search-problem' : undefined}
        placeholder="Job ID, type, error text or queue:email"
        className="!pl-8"
        value={text}
        options={searchSuggestions(text, stats)}
        isFiltered
        onChange={type}
        onPick={(picked) => (/[.:>]$/.test(picked) ? type(picked) : apply(picked))}
        onKeyDown={(event) => event.key === 'Escape' && text === '' && field()?.blur()}
      />
      {unsupported && (
        <p id="search-problem" role="alert" className="mt-1 text-xs text-danger-fg">
          “{unsupported}:” is not a filter. Known: status, queue, type, worker, tag, error, attempt, duration,
          payload.path.
        </p>
      )}
    </form>
  );
}
