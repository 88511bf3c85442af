import { clsx } from 'clsx';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const tones = {
  info: { icon: Info, look: 'border-line bg-subtle text-fg' },
  warn: { icon: TriangleAlert, look: 'border-transparent bg-warn-soft text-warn-fg' },
  danger: { icon: CircleAlert, look: 'border-transparent bg-danger-soft text-danger-fg' },
};

/** A line that stands out from the content it precedes. */
export function Notice({
  tone = 'info',
  role,
  children,
  action,
}: {
  tone?: keyof typeof tones;
  role?: 'alert' | 'status';
  children: ReactNode;
  action?: ReactNode;
}) {
  const { icon: Icon, look } = tones[tone];
  return (
    <div role={role} className={clsx('flex items-center gap-2 rounded-lg border px-3 py-2 text-sm', look)}>
      <Icon aria-hidden className="size-4 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}
