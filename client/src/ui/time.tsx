import { usePreferences } from '../settings/preferences.js';
import { formatDateTime, formatElapsed, formatDuration, formatInstant, formatRelative } from './format.js';
import { useTicking } from './ticker.js';

/** An instant as "12 s ago" or "in 3 min", ticking; the tooltip holds it in full. */
export function RelativeTime({ at }: { at: string | null }) {
  const text = useTicking((now) => {
    if (at === null) return '—';
    const instant = Date.parse(at);
    // Time ticks in whole seconds: what is less than one ahead has most likely just happened.
    return formatRelative(instant - now < 1000 ? Math.min(instant, now) : instant, now);
  });
  if (at === null) return <span className="text-muted">—</span>;
  return (
    <time dateTime={at} title={formatInstant(at)} className="whitespace-nowrap">
      {text}
    </time>
  );
}

/** An instant as date and time in the preferred zone. */
export function DateTime({ at }: { at: string | null }) {
  const { zone } = usePreferences();
  if (at === null) return <span className="text-muted">—</span>;
  return (
    // Tabular digits come with a wide hyphen, which tears a date apart.
    <time dateTime={at} title={formatInstant(at)} className="whitespace-nowrap normal-nums">
      {formatDateTime(at, zone)}
    </time>
  );
}

/** How long something took, or has been taking since `from` while `to` is null. */
export function Duration({ from, to }: { from: string | null; to: string | null }) {
  const text = useTicking((now) => {
    if (from === null) return '—';
    return to === null ? formatElapsed(now - Date.parse(from)) : formatDuration(Date.parse(to) - Date.parse(from));
  });
  return <span className="tabular whitespace-nowrap">{text}</span>;
}
