import { X } from 'lucide-react';
import { AlertDialog, Dialog as Radix } from 'radix-ui';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { Button, IconButton } from './button.js';
import { useOpener } from './use-opener.js';

const overlay = 'fixed inset-0 z-40 bg-black/40 dark:bg-black/60 motion-safe:animate-[fade_120ms_ease-out]';
const panel =
  'fixed z-50 flex flex-col border-line bg-raised shadow-pop outline-none inset-0 sm:inset-auto sm:top-[8vh] sm:left-1/2 sm:max-h-[84vh] sm:w-[calc(100vw-48px)] sm:-translate-x-1/2 sm:rounded-lg sm:border';

/** A modal dialog, full screen on phones. Focus returns to the opener when it closes. */
export function Dialog({
  title,
  description,
  open,
  onOpenChange,
  width = 'sm:max-w-xl',
  children,
  footer,
}: {
  title: string;
  description?: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  width?: string;
  children: ReactNode;
  footer?: ReactNode;
}) {
  const opener = useOpener();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlay} />
        <Radix.Content
          className={clsx(panel, width)}
          onOpenAutoFocus={(event) => {
            opener.remember();
            focusFirstField(event);
          }}
          onCloseAutoFocus={opener.restore}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <header className="flex items-start gap-3 border-b border-line py-3 pr-3 pl-5">
            <div className="min-w-0 flex-1 py-1">
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="text-sm text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-5">{children}</div>
          {footer && (
            <footer className="flex flex-wrap items-center gap-2 border-t border-line px-5 py-3">{footer}</footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What a person came to fill in takes the focus, not the button that closes. */
function focusFirstField(event: Event): void {
  const field = (event.target as HTMLElement).querySelector<HTMLElement>('input, textarea, select');
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** Asks before something that cannot be undone. Focus starts on Cancel; `title` names scope and number. */
export function ConfirmDialog({
  title,
  children,
  action,
  cancelLabel = 'Cancel',
  danger = true,
  disabled = false,
  open,
  onOpenChange,
  onConfirm,
}: {
  title: string;
  children?: ReactNode;
  action: string;
  /** Says "Keep running" where a second "Cancel" would be unclear. */
  cancelLabel?: string;
  danger?: boolean;
  disabled?: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onConfirm: () => void;
}) {
  const opener = useOpener();
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={overlay} />
        <AlertDialog.Content
          onOpenAutoFocus={opener.remember}
          onCloseAutoFocus={opener.restore}
          className="fixed top-1/2 left-1/2 z-50 w-[calc(100vw-32px)] max-w-md -translate-1/2 rounded-lg border border-line bg-raised p-5 shadow-pop outline-none"
        >
          <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="mt-2 space-y-3 text-sm text-muted">{children}</div>
          </AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button>{cancelLabel}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant={danger ? 'danger' : 'primary'} disabled={disabled} onClick={onConfirm}>
                {action}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
