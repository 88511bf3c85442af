import { Dialog as Radix } from 'radix-ui';
import { useOpener } from '../ui/use-opener.js';
import { Brand, NavLinks } from './side-nav.js';

/** The navigation of small screens, over the page. */
export default function NavDrawer({ onClose }: { onClose: () => void }) {
  const opener = useOpener();
  return (
    <Radix.Root open onOpenChange={onClose}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40 md:hidden" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={opener.remember}
          onCloseAutoFocus={opener.restore}
          className="fixed inset-y-0 left-0 z-50 w-64 border-r border-line bg-subtle outline-none md:hidden"
        >
          <Radix.Title className="sr-only">Navigation</Radix.Title>
          <Brand />
          <nav aria-label="Main">
            <NavLinks onNavigate={onClose} />
          </nav>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
