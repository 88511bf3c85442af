import { useQuery } from '@tanstack/react-query';
import { useId, type ReactNode } from 'react';
import { healthQuery } from '../api/stats.js';
import { sessionQuery } from '../api/session.js';
import { Notice } from '../ui/notice.js';
import { Card, Page } from '../ui/page.js';
import { Segmented } from '../ui/segmented.js';
import { setPreferences, usePreferences, type Preferences } from './preferences.js';

/** Choices for this browser, and how the server is. */
export function SettingsPage() {
  const chosen = usePreferences();
  const singleKeysId = useId();
  return (
    <Page title="Settings">
      <div className="grid max-w-3xl gap-4">
        <Card title="This browser">
          <div className="divide-y divide-line">
            <Choice<Preferences['theme']>
              name="Theme"
              value={chosen.theme}
              options={{ system: 'System', light: 'Light', dark: 'Dark' }}
              onChange={(theme) => setPreferences({ theme })}
            />
            <Choice<Preferences['density']>
              name="Table density"
              value={chosen.density}
              options={{ comfortable: 'Comfortable', compact: 'Compact' }}
              onChange={(density) => setPreferences({ density })}
            />
            <Choice<Preferences['zone']>
              name="Times"
              value={chosen.zone}
              options={{ local: 'Local', utc: 'UTC' }}
              onChange={(zone) => setPreferences({ zone })}
            />
            <Choice<'on' | 'off'>
              name="Live updates"
              value={chosen.live === 'off' ? 'off' : 'on'}
              options={{ on: 'On', off: 'Off' }}
              onChange={(live) => setPreferences({ live: live === 'on' ? 'auto' : 'off' })}
            />
            <Choice<'on' | 'off'>
              name="Payload previews in lists"
              value={chosen.payloadPreview ? 'on' : 'off'}
              options={{ on: 'On', off: 'Off' }}
              onChange={(shown) => setPreferences({ payloadPreview: shown === 'on' })}
            />
            <Row name="Single-key shortcuts" htmlFor={singleKeysId}>
              <input
                id={singleKeysId}
                type="checkbox"
                className="size-5"
                checked={chosen.singleKeys}
                onChange={(event) => setPreferences({ singleKeys: event.target.checked })}
              />
            </Row>
          </div>
        </Card>
        <ServerCard />
      </div>
    </Page>
  );
}

function Choice<T extends string>({
  name,
  value,
  options,
  onChange,
}: {
  name: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}) {
  const list = (Object.entries(options) as [T, string][]).map(([key, label]) => ({ value: key, label }));
  return (
    <Row name={name}>
      <Segmented label={name} value={value} options={list} onChange={onChange} />
    </Row>
  );
}

function Row({ name, htmlFor, children }: { name: string; htmlFor?: string; children: ReactNode }) {
  const Name = htmlFor ? 'label' : 'span';
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-2 px-4 py-2 text-sm">
      <Name htmlFor={htmlFor}>{name}</Name>
      {children}
    </div>
  );
}

function ServerCard() {
  const { data: health } = useQuery(healthQuery());
  const { data: session } = useQuery(sessionQuery());
  return (
    <Card title="Server">
      <div className="divide-y divide-line">
        <Row name="Version">
          <span className="tabular text-muted">{session?.version ?? '—'}</span>
        </Row>
        <Row name="Your role">
          <span className="text-muted">{session?.role === 'viewer' ? 'Viewer (read-only)' : 'Admin'}</span>
        </Row>
        <Row name="Health">
          <span className="text-muted">{health?.status ?? '—'}</span>
        </Row>
        {health &&
          (['postgres', 'redis'] as const)
            .map((part) => ({ part, state: health.details[part] }))
            .map(({ part, state }) => (
              <Row key={part} name={part === 'postgres' ? 'PostgreSQL' : 'Redis'}>
                <span className="text-muted">
                  {state.status}
                  {state.message ? ` – ${state.message}` : ''}
                </span>
              </Row>
            ))}
      </div>
      {health && health.warnings.length > 0 && (
        <ul className="space-y-2 p-4">
          {health.warnings.map((warning) => (
            <li key={warning}>
              <Notice tone="warn">{warning}</Notice>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
