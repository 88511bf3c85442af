import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface TabItem {
  value: string;
  label: string;
  count?: number;
  content: ReactNode;
}

/** Tabs whose current value the caller keeps (in the URL). Only the open panel is mounted. */
export function Tabs({
  label,
  value,
  items,
  onChange,
}: {
  label: string;
  value: string;
  items: readonly TabItem[];
  onChange: (value: string) => void;
}) {
  return (
    <Radix.Root value={value} onValueChange={onChange} activationMode="manual">
      <Radix.List
        aria-label={label}
        className="flex gap-1 overflow-x-auto max-sm:gap-0 border-b border-line [scrollbar-width:none]"
      >
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            className="-mb-px flex h-10 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-3 text-sm font-medium text-muted max-sm:px-2 -outline-offset-2 hover:text-fg data-[state=active]:border-accent data-[state=active]:text-fg"
          >
            {item.label}
            {item.count !== undefined && item.count > 0 && (
              <span className="rounded-full bg-hover px-1.5 text-xs tabular text-muted">{item.count}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {items.map((item) => (
        <Radix.Content key={item.value} value={item.value} className="pt-4">
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
