import { Link, useNavigate } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { JobList } from '../api/types.js';
import { buttonClass } from '../ui/button.js';
import { formatCount, formatNumber } from '../ui/format.js';
import { PAGE_SIZES, type JobSearch } from './job-search.js';

/** Keyset paging: any depth costs the same, so there are no page numbers. */
export function Pager({ search, page, shown }: { search: JobSearch; page: JobList; shown: number }) {
  const navigate = useNavigate();
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 text-sm text-muted">
      <p className="tabular">
        Showing {formatNumber(shown)}
        {matches(page)}
      </p>
      <div className="flex items-center gap-2">
        <label className="flex items-center gap-2 text-xs">
          Rows
          <select
            className="field !w-auto"
            value={search.size ?? '50'}
            onChange={(event) =>
              void navigate({ to: '/jobs', search: { ...search, size: event.target.value, cursor: undefined } })
            }
          >
            {PAGE_SIZES.map((size) => (
              <option key={size}>{size}</option>
            ))}
          </select>
        </label>
        {search.cursor && (
          <Link to="/jobs" search={{ ...search, cursor: undefined }} className={buttonClass()}>
            Newest
          </Link>
        )}
        <Step label="Previous page" search={search} cursor={page.previous_cursor} isBack />
        <Step label="Next page" search={search} cursor={page.next_cursor} />
      </div>
    </div>
  );
}

function Step({
  label,
  search,
  cursor,
  isBack = false,
}: {
  label: string;
  search: JobSearch;
  cursor: string | null;
  isBack?: boolean;
}) {
  const content = (
    <>
      {isBack && <ChevronLeft aria-hidden />}
      <span className="max-sm:sr-only">{isBack ? 'Previous' : 'Next'}</span>
      {!isBack && <ChevronRight aria-hidden />}
    </>
  );
  if (cursor === null) {
    return (
      <button type="button" disabled aria-label={label} className={buttonClass()}>
        {content}
      </button>
    );
  }
  return (
    <Link to="/jobs" search={{ ...search, cursor }} aria-label={label} className={buttonClass()}>
      {content}
    </Link>
  );
}

function matches({ total, total_estimate, next_cursor, previous_cursor }: JobList): string {
  if (total !== undefined) return ` of ${formatNumber(total)}`;
  if (total_estimate !== undefined) return ` · about ${formatCount(total_estimate)} match`;
  return next_cursor === null && previous_cursor === null ? '' : ' · more match';
}
