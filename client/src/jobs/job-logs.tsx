import { useQuery } from '@tanstack/react-query';
import { Download, WrapText } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { jobLogsQuery } from '../api/jobs.js';
import type { StoredLogLine } from '../api/types.js';
import { IconButton } from '../ui/button.js';
import { downloadText } from '../ui/download-text.js';
import { formatNumber } from '../ui/format.js';
import { ErrorState, Skeleton } from '../ui/states.js';
import { LogLines } from './log-lines.js';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** What a job's attempts logged: filtered, followed, wrapped, downloaded. */
export default function JobLogs({ id }: { id: string }) {
  const query = useQuery(jobLogsQuery(id));
  const [least, setLeast] = useState<(typeof levels)[number]>('debug');
  const [text, setText] = useState('');
  const [isWrapped, setWrapped] = useState(true);
  const wanted = useDeferredValue(text.toLowerCase());
  const all = query.data?.lines;
  const shown = useMemo(
    () => all?.filter((line) => isAtLeast(line, least) && line.message.toLowerCase().includes(wanted)) ?? [],
    [all, least, wanted],
  );
  if (query.isError && !all) {
    return <ErrorState error={query.error} what="the logs" onRetry={() => void query.refetch()} />;
  }
  if (!all) return <Skeleton className="h-40 w-full" />;
  if (all.length === 0) return <p className="text-sm text-muted">The handler has logged nothing.</p>;
  return (
    <div className="rounded-lg border border-line bg-surface">
      <div className="flex flex-wrap items-center gap-2 border-b border-line p-2">
        <input
          type="search"
          aria-label="Search logs"
          placeholder="Search messages"
          className="field sm:!w-56"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <select
          aria-label="Level"
          className="field min-w-20 flex-1 sm:!w-auto sm:flex-none"
          value={least}
          onChange={(event) => setLeast(event.target.value as typeof least)}
        >
          {levels.map((level) => (
            <option key={level} value={level}>
              {level === 'debug' ? 'All levels' : level === 'error' ? 'error' : `${level} and above`}
            </option>
          ))}
        </select>
        <span className="ml-auto text-xs tabular text-muted">
          {shown.length < all.length ? `${formatNumber(shown.length)} of ` : ''}
          {formatNumber(all.length)} lines{query.data?.isCut ? ', the first ones' : ''}
        </span>
        <IconButton
          label={isWrapped ? 'Do not wrap lines' : 'Wrap lines'}
          aria-pressed={isWrapped}
          onClick={() => setWrapped(!isWrapped)}
        >
          <WrapText />
        </IconButton>
        <IconButton label="Download logs" onClick={() => downloadText(asText(all), `${id}.log`, 'text/plain')}>
          <Download />
        </IconButton>
      </div>
      <LogLines lines={shown} isWrapped={isWrapped} />
    </div>
  );
}

function isAtLeast(line: StoredLogLine, least: (typeof levels)[number]): boolean {
  return levels.indexOf(line.level) >= levels.indexOf(least);
}

function asText(lines: readonly StoredLogLine[]): string {
  return lines.map(({ at, attempt, level, message }) => `${at} #${attempt} ${level} ${message}\n`).join('');
}
