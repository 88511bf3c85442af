import { Dialog } from '../ui/dialog.js';
import { Kbd } from '../ui/kbd.js';
import { navItems } from './nav-items.js';

const groups: { name: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    name: 'Everywhere',
    keys: [
      ['⌘ K', 'Search or jump to'],
      ['/', 'Search'],
      ['c', 'New job'],
      ['r', 'Refresh now'],
      ['l', 'Live updates on or off'],
      ['t', 'Light or dark'],
      ['?', 'This help'],
    ],
  },
  { name: 'Pages', keys: navItems.map((item) => [`g ${item.key}`, item.label] as const) },
  {
    name: 'Job list',
    keys: [
      ['j k', 'Next, previous row'],
      ['Enter', 'Open'],
      ['x', 'Select'],
      ['⇧ X', 'Select a range'],
      ['a', 'Select the page'],
      ['⇧ R', 'Retry'],
      ['⇧ C', 'Cancel'],
      ['Del', 'Delete'],
      ['[ ]', 'Previous, next page'],
      ['Esc', 'Clear the selection'],
    ],
  },
  {
    name: 'Job',
    keys: [
      ['j k', 'Next, previous job'],
      ['1 – 5', 'Tabs'],
      ['.', 'Actions'],
      ['Esc', 'Back to results'],
    ],
  },
];

/** The keys and what they do. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      title="Keyboard shortcuts"
      description="Single keys can be switched off in Settings."
      open
      onOpenChange={onClose}
      width="sm:max-w-2xl"
    >
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group.name}>
            <h3 className="mb-2 text-xs font-medium text-muted">{group.name}</h3>
            <dl className="space-y-1.5 text-sm">
              {group.keys.map(([key, meaning]) => (
                <div key={key} className="flex items-center justify-between gap-4">
                  <dt>{meaning}</dt>
                  <dd className="flex gap-1">
                    {key.split(' ').map((part, index) => (
                      <Kbd key={index}>{part}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
