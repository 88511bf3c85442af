import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { useEffect, useRef, useState } from 'react';
import { jobLogsQuery } from '../api/jobs.js';
import type { StoredLogLine } from '../api/types.js';
import { ErrorState, Skeleton } from '../ui/states.js';
import { Button } from '../ui/button.js';
import { formatDateTime, plural } from '../ui/format.js';
import { usePreferences } from '../settings/preferences.js';
import { AnsiText } from '../ui/ansi-text.js';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const colours = { debug: 'text-muted', info: 'text-(--running-fg)', warn: 'text-warn-fg', error: 'text-danger-fg' };

/** What a job's attempts logged. Only the lines in view are in the page. */
export default function JobLogs({ id }: { id: string }) {
  const query = useQuery(jobLogsQuery(id));
  const [least, setLeast] = useState<(typeof levels)[number]>('debug');
  const [text, setText] = useState('');
  const wanted = text.toLowerCase();
  if (query.isError && !query.data) {
    return <ErrorState error={query.error} what="the logs" onRetry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton className="h-40 w-full" />;
  if (query.data.lines.length === 0) return <p className="text-sm text-muted">The handler has logged nothing.</p>;
  const lines = query.data.lines.filter(
    (line) =>
      levels.indexOf(line.level) >= levels.indexOf(least) &&
      (wanted === '' || line.message.toLowerCase().includes(wanted)),
  );
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap gap-2">
        <input
          type="search"
          aria-label="Search logs"
          placeholder="Search"
          className="field !w-56"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <select
          aria-label="Level"
          className="field !w-auto"
          value={least}
          onChange={(event) => setLeast(event.target.value as typeof least)}
        >
          {levels.map((level) => (
            <option key={level} value={level}>
              {level === 'debug' ? 'All levels' : `${level} and above`}
            </option>
          ))}
        </select>
        {query.data.isCut && <p className="text-sm leading-8 text-muted">Only the first lines are shown.</p>}
      </div>
      <LogLines lines={lines} />
    </div>
  );
}

function LogLines({ lines }: { lines: readonly StoredLogLine[] }) {
  const { zone } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [seen, setSeen] = useState(lines.length);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 20,
    overscan: 20,
  });
  useEffect(() => {
    if (isFollowing) rows.scrollToIndex(lines.length - 1);
  }, [isFollowing, lines.length, rows]);
  const missed = isFollowing ? 0 : Math.max(0, lines.length - seen);

  return (
    <div className="relative rounded-lg border border-line bg-surface">
      {/* A scrollable region must be reachable by keyboard. */}
      <div
        ref={box}
        role="log"
        aria-label="Logs"
        aria-live={isFollowing ? 'polite' : 'off'}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="h-[50vh] overflow-auto py-2 font-mono text-xs -outline-offset-2"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          const isAtEnd = scrollHeight - scrollTop - clientHeight < 24;
          if (isAtEnd !== isFollowing) setFollowing(isAtEnd);
          if (isAtEnd) setSeen(lines.length);
        }}
      >
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index];
            if (!line) return null;
            return (
              <div
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className="absolute inset-x-0 flex gap-3 px-3 leading-5 hover:bg-hover"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <span className="w-14 shrink-0 text-right text-muted select-none">
                  {line.attempt}:{line.line}
                </span>
                <span className="shrink-0 text-muted max-sm:hidden">{formatDateTime(line.at, zone).slice(11)}</span>
                <span className={clsx('w-10 shrink-0', colours[line.level])}>{line.level}</span>
                <AnsiText text={line.message} />
              </div>
            );
          })}
        </div>
      </div>
      {!isFollowing && (
        <Button size="sm" className="absolute right-4 bottom-3 shadow-pop" onClick={() => setFollowing(true)}>
          {missed > 0 ? plural(missed, 'new line') : 'Follow'}
        </Button>
      )}
    </div>
  );
}
