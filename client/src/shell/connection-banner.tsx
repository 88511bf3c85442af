import { isServerReachable } from '../api/client.js';
import { nextPollAt } from '../live/live-status.js';
import { useLiveUpdates } from '../live/live-updates-context.js';
import { Button } from '../ui/button.js';
import { useStore } from '../ui/external-store.js';
import { Notice } from '../ui/notice.js';
import { useTicking } from '../ui/ticker.js';

/** Says that the server is away and when it is tried again; vanishes by itself. */
export function ConnectionBanner() {
  const isReachable = useStore(isServerReachable);
  const liveUpdates = useLiveUpdates();
  const seconds = useTicking((now) => Math.max(0, Math.ceil((nextPollAt.get() - now) / 1000)));
  if (isReachable) return null;
  return (
    <div className="px-4 pt-4 md:px-6">
      <Notice
        tone="danger"
        role="alert"
        action={
          <Button size="sm" onClick={() => void liveUpdates.refreshByHand()}>
            Retry now
          </Button>
        }
      >
        Can’t reach the server <span aria-hidden>{seconds > 0 ? `– retrying in ${seconds} s` : '– retrying…'}</span>
      </Notice>
    </div>
  );
}
