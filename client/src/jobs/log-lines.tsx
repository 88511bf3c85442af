import { useLocation, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { useEffect, useRef, useState } from 'react';
import type { StoredLogLine } from '../api/types.js';
import { usePreferences } from '../settings/preferences.js';
import { AnsiText } from '../ui/ansi-text.js';
import { Button } from '../ui/button.js';
import { formatDateTime, plural } from '../ui/format.js';

const colours = { debug: 'text-muted', info: 'text-(--running-fg)', warn: 'text-warn-fg', error: 'text-danger-fg' };

/**
 * Log lines of which only those in view are in the page. It follows the end until a person scrolls up; `#L2-120` in the URL names
 * line 120 of attempt 2.
 */
export function LogLines({ lines, isWrapped }: { lines: readonly StoredLogLine[]; isWrapped: boolean }) {
  const { zone } = usePreferences();
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const linked = lines.findIndex((line) => anchorOf(line) === hash);
  const [isFollowing, setFollowing] = useState(linked < 0);
  const [seen, setSeen] = useState(lines.length);
  // eslint-disable-next-line react-hooks/incompatible-library -- it only costs a memoisation that is not needed here
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 20,
    overscan: 20,
  });
  useEffect(() => {
    if (isFollowing) rows.scrollToIndex(lines.length - 1);
  }, [isFollowing, lines.length, rows]);
  useEffect(() => {
    if (linked >= 0) rows.scrollToIndex(linked, { align: 'center' });
  }, [linked, rows]);
  const missed = isFollowing ? 0 : Math.max(0, lines.length - seen);

  return (
    <div className="relative">
      {/* A scrollable region must be reachable by keyboard. */}
      <div
        ref={box}
        role="log"
        aria-label="Logs"
        aria-live={isFollowing ? 'polite' : 'off'}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-[50vh] min-h-16 overflow-auto py-2 font-mono text-xs -outline-offset-2"
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
            const anchor = anchorOf(line);
            return (
              <div
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className={clsx(
                  'absolute left-0 flex min-w-full gap-3 px-3 leading-5 hover:bg-hover',
                  isWrapped ? 'w-full' : 'w-max [&>:last-child]:whitespace-pre',
                  anchor === hash && 'bg-warn-soft',
                )}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <a
                  href={`#${anchor}`}
                  title={`Line ${line.line} of attempt ${line.attempt}`}
                  className="w-14 shrink-0 text-right text-muted select-none hover:text-fg hover:underline"
                  onClick={(event) => {
                    event.preventDefault();
                    void navigate({ to: '.', search: true, hash: anchor, replace: true, resetScroll: false });
                  }}
                >
                  {line.attempt}:{line.line}
                </a>
                <span className="shrink-0 text-muted max-sm:hidden">{formatDateTime(line.at, zone).slice(11, 19)}</span>
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

function anchorOf(line: StoredLogLine): string {
  return `L${line.attempt}-${line.line}`;
}
