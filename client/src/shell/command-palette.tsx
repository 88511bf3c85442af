import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import {
  Ban,
  Bookmark,
  CopyPlus,
  History,
  ListEnd,
  Moon,
  Plus,
  Radio,
  RefreshCw,
  RotateCw,
  Search,
  Server,
  SquareArrowOutUpRight,
  Sun,
  Trash2,
} from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { allowedActions } from '../../../src/contract/job-state.js';
import { queueListQuery } from '../api/queues.js';
import { workerListQuery } from '../api/workers.js';
import { useCanWrite } from '../auth/use-can-write.js';
import { currentJob } from '../jobs/current-job.js';
import { isJobId, validateJobSearch } from '../jobs/job-search.js';
import { builtInViews } from '../jobs/views-menu.js';
import { useLiveUpdates } from '../live/live-updates-context.js';
import { parseSearch } from '../search-params.js';
import { setPreferences, usePreferences } from '../settings/preferences.js';
import { useStore } from '../ui/external-store.js';
import { toggleLive } from './live-control.js';
import { navItems } from './nav-items.js';
import { recentPages } from './recent-pages.js';

/** Finds pages, queues, workers, views and actions by name, and opens a job by its id. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const liveUpdates = useLiveUpdates();
  const { views } = usePreferences();
  const [text, setText] = useState('');
  const { data: queues } = useQuery(queueListQuery());
  const { data: workers } = useQuery(workerListQuery());
  const job = useStore(currentJob);
  const recent = useStore(recentPages);
  const canWrite = useCanWrite();
  const id = text.trim();
  const run = (action: () => unknown) => () => {
    onClose();
    void action();
  };

  return (
    <Radix.Root open onOpenChange={onClose}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-pop outline-none"
        >
          <Radix.Title className="sr-only">Search or jump to</Radix.Title>
          <Command label="Search or jump to" loop>
            <div className="flex items-center gap-2 border-b border-line px-4">
              <Search aria-hidden className="size-4 text-muted" />
              <Command.Input
                autoFocus
                value={text}
                onValueChange={setText}
                placeholder="Paste a job ID, or type a command"
                className="h-12 w-full bg-transparent text-base outline-none placeholder:text-muted"
              />
            </div>
            <Command.List className="max-h-[50vh] overflow-y-auto p-2">
              <Command.Empty className="p-4 text-center text-sm text-muted">Nothing found.</Command.Empty>
              {isJobId(id) && (
                <Item
                  icon={<SquareArrowOutUpRight />}
                  value={id}
                  onSelect={run(() => navigate({ to: '/jobs/$id', params: { id } }))}
                >
                  Open job {id}
                </Item>
              )}
              {id !== '' && !isJobId(id) && (
                <Item
                  icon={<Search />}
                  value={`search ${id}`}
                  onSelect={run(() => navigate({ to: '/jobs', search: { q: id } }))}
                >
                  Search jobs for “{id}”
                </Item>
              )}
              {job && canWrite && <JobActions {...job} run={run} />}
              {recent.length > 0 && (
                <Group heading="Recent">
                  {recent.map((page) => (
                    <Item
                      key={page.path}
                      icon={<History />}
                      value={`recent ${page.kind} ${page.title} ${page.path}`}
                      onSelect={run(() => navigate({ to: page.path }))}
                    >
                      {page.title}
                    </Item>
                  ))}
                </Group>
              )}
              <Group heading="Actions">
                {canWrite && (
                  <Item
                    icon={<Plus />}
                    onSelect={run(() => navigate({ to: '.', search: (previous) => ({ ...previous, new: '1' }) }))}
                  >
                    New job
                  </Item>
                )}
                <Item icon={<RefreshCw />} onSelect={run(() => liveUpdates.refreshByHand())}>
                  Refresh now
                </Item>
                <Item icon={<Radio />} onSelect={run(toggleLive)}>
                  Live updates on or off
                </Item>
                <Item icon={<Moon />} onSelect={run(() => setPreferences({ theme: 'dark' }))}>
                  Dark theme
                </Item>
                <Item icon={<Sun />} onSelect={run(() => setPreferences({ theme: 'light' }))}>
                  Light theme
                </Item>
              </Group>
              <Group heading="Pages">
                {navItems.map(({ to, label, icon: Icon }) => (
                  <Item key={to} icon={<Icon />} value={`page ${label}`} onSelect={run(() => navigate({ to }))}>
                    {label}
                  </Item>
                ))}
              </Group>
              <Group heading="Views">
                {[...builtInViews, ...views].map((view) => (
                  <Item
                    key={view.name}
                    icon={<Bookmark />}
                    value={`view ${view.name}`}
                    onSelect={run(() => navigate({ to: '/jobs', search: validateJobSearch(parseSearch(view.search)) }))}
                  >
                    {view.name}
                  </Item>
                ))}
              </Group>
              <Group heading="Queues">
                {queues?.queues.slice(0, 50).map(({ name }) => (
                  <Item
                    key={name}
                    icon={<ListEnd />}
                    value={`queue ${name}`}
                    onSelect={run(() => navigate({ to: '/queues/$name', params: { name } }))}
                  >
                    {name}
                  </Item>
                ))}
              </Group>
              <Group heading="Workers">
                {workers?.workers.slice(0, 50).map((worker) => (
                  <Item
                    key={worker.id}
                    icon={<Server />}
                    value={`worker ${worker.name ?? worker.hostname} ${worker.id}`}
                    onSelect={run(() => navigate({ to: '/workers/$id', params: { id: worker.id } }))}
                  >
                    {worker.name ?? worker.hostname}
                  </Item>
                ))}
              </Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What the open job's page offers. */
function JobActions({
  job,
  commands,
  run,
}: NonNullable<ReturnType<typeof currentJob.get>> & { run: (action: () => unknown) => () => void }) {
  const navigate = useNavigate();
  const allowed = allowedActions(job.status, job.cancel_requested_at !== null);
  return (
    <Group heading={`This job · ${job.type}`}>
      {allowed.includes('retry') && (
        <Item icon={<RotateCw />} onSelect={run(() => commands.retry(job))}>
          Retry this job
        </Item>
      )}
      {allowed.includes('cancel') && (
        <Item icon={<Ban />} onSelect={run(() => commands.cancel(job))}>
          Cancel this job
        </Item>
      )}
      <Item
        icon={<CopyPlus />}
        onSelect={run(() => navigate({ to: '.', search: (previous) => ({ ...previous, new: '1', from: job.id }) }))}
      >
        Edit &amp; run as new
      </Item>
      {allowed.includes('delete') && (
        <Item icon={<Trash2 />} onSelect={run(() => commands.remove(job))}>
          Delete this job
        </Item>
      )}
    </Group>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  icon,
  value,
  onSelect,
  children,
}: {
  icon: ReactNode;
  value?: string;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm data-[selected=true]:bg-hover [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted"
    >
      {icon}
      <span className="truncate">{children}</span>
    </Command.Item>
  );
}
