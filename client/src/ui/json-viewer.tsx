import { clsx } from 'clsx';
import { ChevronDown, ChevronRight, Download, Link2, WrapText } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { stringifyJson } from '../api/lossless.js';
import { Button, IconButton } from './button.js';
import { CopyButton, copyText } from './copy-button.js';
import { downloadText } from './download-text.js';
import { formatBytes, formatNumber } from './format.js';
import { jsonLines, scalarText, type JsonLine } from './json-lines.js';

/** More bytes than this are offered as a file. */
const RENDER_LIMIT = 256_000;
const LINE_LIMIT = 1000;

const colours: Record<JsonLine['kind'], string> = {
  object: 'text-muted',
  array: 'text-muted',
  string: 'text-(--success-fg)',
  number: 'text-(--running-fg)',
  boolean: 'text-(--scheduled-fg)',
  null: 'text-muted italic',
};

/** A JSON value as a tree that folds, searches and copies. Numbers show exactly as stored. */
export default function JsonViewer({ value, name }: { value: unknown; name: string }) {
  const [search, setSearch] = useState('');
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [isWrapped, setWrapped] = useState(true);
  const [limit, setLimit] = useState(LINE_LIMIT);
  const text = useMemo(() => stringifyJson(value, 2), [value]);
  const bytes = useMemo(() => new TextEncoder().encode(text).length, [text]);
  const wanted = useDeferredValue(search);
  const isLarge = bytes > RENDER_LIMIT;
  const lines = useMemo(() => (isLarge ? [] : jsonLines(value, toggled, wanted)), [isLarge, value, toggled, wanted]);

  const toggle = (path: string) => {
    const next = new Set(toggled);
    if (!next.delete(path)) next.add(path);
    setToggled(next);
  };

  return (
    <div className="rounded-lg border border-line bg-surface">
      <div className="flex flex-wrap items-center gap-1 border-b border-line p-2">
        {!isLarge && (
          <input
            type="search"
            aria-label={`Search ${name}`}
            placeholder="Search keys and values"
            className="field min-w-20 flex-1 sm:!w-56 sm:flex-none"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
        <span className="ml-auto text-xs tabular text-muted">{formatBytes(bytes)}</span>
        <IconButton
          label={isWrapped ? 'Do not wrap lines' : 'Wrap lines'}
          aria-pressed={isWrapped}
          onClick={() => setWrapped(!isWrapped)}
        >
          <WrapText />
        </IconButton>
        <CopyButton text={text} label={`Copy ${name}`} size="md" />
        <IconButton
          label={`Download ${name}`}
          onClick={() => downloadText(text, `${name.toLowerCase()}.json`, 'application/json')}
        >
          <Download />
        </IconButton>
      </div>
      {isLarge ? (
        <p className="p-4 text-sm text-muted">Too large to show here ({formatBytes(bytes)}). Download it instead.</p>
      ) : (
        // A scrollable region must be reachable by keyboard.
        <div
          role="region"
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          aria-label={name}
          className="max-h-[60vh] overflow-auto py-2 font-mono text-xs -outline-offset-2"
        >
          {lines.slice(0, limit).map((line) => (
            <Line key={line.path} line={line} isWrapped={isWrapped} onToggle={toggle} />
          ))}
          {lines.length > limit && (
            <Button size="sm" className="m-2" onClick={() => setLimit(limit + LINE_LIMIT)}>
              Show more ({formatNumber(lines.length - limit)} lines)
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Line({ line, isWrapped, onToggle }: { line: JsonLine; isWrapped: boolean; onToggle: (path: string) => void }) {
  const isContainer = (line.kind === 'object' || line.kind === 'array') && line.size > 0;
  const Chevron = line.isOpen ? ChevronDown : ChevronRight;
  return (
    <div
      className={clsx(
        'group flex min-h-6 items-start gap-1 pr-2 leading-6 hover:bg-hover',
        !isWrapped && 'w-max min-w-full',
      )}
      style={{ paddingLeft: 8 + Math.min(line.depth, 12) * 16 }}
    >
      {isContainer ? (
        <button
          type="button"
          aria-expanded={line.isOpen}
          aria-label={`${line.isOpen ? 'Fold' : 'Unfold'} ${line.path || 'the whole value'}`}
          className="flex size-6 shrink-0 items-center justify-center rounded text-muted hover:text-fg"
          onClick={() => onToggle(line.path)}
        >
          <Chevron aria-hidden className="size-3.5" />
        </button>
      ) : (
        <span className="w-6 shrink-0" />
      )}
      <span className={isWrapped ? 'min-w-0 break-words whitespace-pre-wrap' : 'whitespace-pre'}>
        {line.name !== null && <span className="text-fg">{line.name}: </span>}
        <span className={colours[line.kind]}>{summary(line)}</span>
      </span>
      <span className="ml-auto flex shrink-0 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 *:pointer-coarse:!size-6">
        {line.path !== '' && (
          <IconButton label={`Copy path ${line.path}`} size="sm" onClick={() => void copyText(line.path, 'The path')}>
            <Link2 />
          </IconButton>
        )}
        <CopyButton
          text={typeof line.value === 'string' ? line.value : stringifyJson(line.value, 2)}
          label="Copy value"
        />
      </span>
    </div>
  );
}

function summary(line: JsonLine): string {
  if (line.kind === 'object') return line.size === 0 ? '{}' : `{ ${line.size} }`;
  if (line.kind === 'array') return line.size === 0 ? '[]' : `[ ${line.size} ]`;
  return scalarText(line.value);
}
