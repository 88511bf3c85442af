import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { PartyPopper } from 'lucide-react';
import { errorGroupsQuery } from '../api/stats.js';
import type { StatsWindow } from '../api/types.js';
import { formatNumber } from '../ui/format.js';
import { Page } from '../ui/page.js';
import { Segmented } from '../ui/segmented.js';
import { EmptyState, ErrorState, useSlow } from '../ui/states.js';
import { ColumnHeader, SkeletonRows, Table } from '../ui/table.js';
import { RelativeTime } from '../ui/time.js';
import { statsWindows, toWindow } from '../overview/stats-window.js';

const route = getRouteApi('/shell/errors');

/** Failures grouped by what they have in common. */
export function ErrorsPage() {
  const search = route.useSearch();
  const window = toWindow(search.window, '24h');
  const navigate = useNavigate();
  const query = useQuery(errorGroupsQuery(window));
  const isSlow = useSlow(query.isPending);
  const groups = query.data ?? [];
  return (
    <Page title="Errors">
      <Segmented<StatsWindow>
        label="Window"
        value={window}
        options={statsWindows}
        onChange={(next) => void navigate({ to: '/errors', search: { window: next } })}
      />
      {query.isError && !query.data && (
        <ErrorState error={query.error} what="errors" onRetry={() => void query.refetch()} />
      )}
      {query.data && groups.length === 0 && (
        <EmptyState icon={PartyPopper} title="No errors">
          No attempt failed in this window.
        </EmptyState>
      )}
      {(isSlow || groups.length > 0) && (
        <Table label="Errors" busy={query.isPending} data-cards>
          <thead>
            <tr>
              <ColumnHeader>Message</ColumnHeader>
              <ColumnHeader>Type</ColumnHeader>
              <ColumnHeader align="right">Occurrences</ColumnHeader>
              <ColumnHeader>First seen</ColumnHeader>
              <ColumnHeader>Last seen</ColumnHeader>
              <ColumnHeader>Jobs</ColumnHeader>
            </tr>
          </thead>
          <tbody>
            {query.isPending && <SkeletonRows rows={5} columns={6} />}
            {groups.map((group) => (
              <tr key={group.fingerprint}>
                <td data-wide className="max-w-xl">
                  <div className="min-w-0">
                    <div className="line-clamp-2 font-mono text-xs break-words">{group.message}</div>
                    {group.error_type && <div className="text-xs text-muted">{group.error_type}</div>}
                  </div>
                </td>
                <td data-label="Type">{group.type}</td>
                <td data-label="Occurrences" className="text-right font-medium">
                  {formatNumber(group.occurrences)}
                </td>
                <td data-label="First" className="text-muted">
                  <RelativeTime at={group.first_seen_at} />
                </td>
                <td data-label="Last" className="text-muted">
                  <RelativeTime at={group.last_seen_at} />
                </td>
                <td>
                  <span className="flex gap-3">
                    <Link
                      to="/jobs"
                      search={{ error: group.fingerprint }}
                      aria-label={`View jobs with: ${group.message}`}
                      className="text-accent underline-offset-2 hover:underline"
                    >
                      View jobs
                    </Link>
                    <Link
                      to="/jobs/$id"
                      params={{ id: group.sample_job_id }}
                      aria-label={`Latest job with: ${group.message}`}
                      className="text-accent underline-offset-2 hover:underline"
                    >
                      Latest
                    </Link>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  );
}
