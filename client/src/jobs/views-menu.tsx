import { useNavigate } from '@tanstack/react-router';
import { Bookmark, BookmarkPlus, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { parseSearch, stringifySearch } from '../search-params.js';
import { setPreferences, usePreferences, type SavedView } from '../settings/preferences.js';
import { Button } from '../ui/button.js';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.js';
import { validateJobSearch, type JobSearch } from './job-search.js';

const NameViewDialog = lazy(() => import('./name-view-dialog.js'));

/** Views that every installation has. */
export const builtInViews: readonly SavedView[] = [
  { name: 'Failing now', search: '?status=RETRYING,FAILED,DEAD&from=-1h' },
  { name: 'Running for over 10 min', search: '?status=RUNNING&duration=>10m&sort=created_at' },
  { name: 'Retrying', search: '?status=RETRYING' },
  { name: 'Dead today', search: '?status=DEAD&from=-24h' },
];

/** Named sets of filters: opens one, keeps the current one, drops one. */
export function ViewsMenu({ search }: { search: JobSearch }) {
  const { views } = usePreferences();
  const navigate = useNavigate();
  const [isNaming, setNaming] = useState(false);
  const open = (view: SavedView) => navigate({ to: '/jobs', search: validateJobSearch(parseSearch(view.search)) });
  return (
    <>
      <Menu
        trigger={
          <Button>
            <Bookmark aria-hidden /> Views
          </Button>
        }
      >
        <MenuLabel>Views</MenuLabel>
        {builtInViews.map((view) => (
          <MenuItem key={view.name} onSelect={() => void open(view)}>
            {view.name}
          </MenuItem>
        ))}
        {views.length > 0 && <MenuLabel>Saved by you</MenuLabel>}
        {views.map((view) => (
          <MenuItem key={view.name} onSelect={() => void open(view)}>
            {view.name}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem icon={<BookmarkPlus />} onSelect={() => setNaming(true)}>
          Save current view…
        </MenuItem>
        {views.map((view) => (
          <MenuItem
            key={view.name}
            danger
            icon={<Trash2 />}
            onSelect={() => setPreferences({ views: views.filter((each) => each !== view) })}
          >
            Forget “{view.name}”
          </MenuItem>
        ))}
      </Menu>
      <Suspense>
        {isNaming && (
          <NameViewDialog
            onClose={() => setNaming(false)}
            onName={(name) => {
              const kept = { name, search: stringifySearch({ ...search, cursor: undefined, new: undefined }) };
              setPreferences({ views: [...views.filter((view) => view.name !== name), kept].slice(-20) });
            }}
          />
        )}
      </Suspense>
    </>
  );
}
