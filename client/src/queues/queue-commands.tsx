import { useQueryClient } from '@tanstack/react-query';
import { Gauge, Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { notify } from '../ui/notify.js';
import { messageOf } from '../api/api-error.js';
import { limitQueue, pauseQueue, queueKeys, resumeQueue } from '../api/queues.js';
import type { Queue } from '../api/types.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

/** Pause or resume, and the limit of jobs that run at a time. */
export function QueueCommands({ queue }: { queue: Queue }) {
  const queries = useQueryClient();
  const [isSending, setSending] = useState(false);
  const [isLimiting, setLimiting] = useState(false);
  const run = async (command: () => Promise<unknown>, done: string) => {
    setSending(true);
    try {
      await command();
      void notify('success', done);
    } catch (error) {
      void notify('error', `Queue ${queue.name}: ${messageOf(error)}`);
    } finally {
      setSending(false);
      await queries.invalidateQueries({ queryKey: queueKeys.all });
    }
  };
  return (
    <span className="flex justify-end gap-2">
      <Button size="sm" aria-label={`Limit queue ${queue.name}`} onClick={() => setLimiting(true)}>
        <Gauge aria-hidden /> Limit
      </Button>
      {queue.is_paused ? (
        <Button
          size="sm"
          className="w-24"
          aria-label={`Resume queue ${queue.name}`}
          disabled={isSending}
          onClick={() => void run(() => resumeQueue(queue.name), `Queue ${queue.name} resumed`)}
        >
          <Play aria-hidden /> Resume
        </Button>
      ) : (
        <Button
          size="sm"
          className="w-24"
          aria-label={`Pause queue ${queue.name}`}
          disabled={isSending}
          onClick={() => void run(() => pauseQueue(queue.name), `Queue ${queue.name} paused`)}
        >
          <Pause aria-hidden /> Pause
        </Button>
      )}
      <LimitDialog
        queue={queue}
        open={isLimiting}
        onOpenChange={setLimiting}
        onLimit={(limit) =>
          void run(
            () => limitQueue(queue.name, limit),
            limit === 0 ? `Queue ${queue.name} has no limit` : `Queue ${queue.name} runs ${limit} at a time`,
          )
        }
      />
    </span>
  );
}

function LimitDialog({
  queue,
  open,
  onOpenChange,
  onLimit,
}: {
  queue: Queue;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onLimit: (limit: number) => void;
}) {
  const [text, setText] = useState(String(queue.concurrency_limit ?? 0));
  const isValid = /^\d{1,6}$/.test(text.trim()) && Number(text) <= 100_000;
  return (
    <Dialog title={`Limit queue ${queue.name}`} open={open} onOpenChange={onOpenChange} width="sm:max-w-sm">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isValid) return;
          onLimit(Number(text));
          onOpenChange(false);
        }}
      >
        <Field
          label="Jobs at a time"
          hint="Over all workers together. 0 takes the limit away."
          error={isValid ? undefined : 'A whole number from 0 to 100,000 is needed.'}
        >
          {(control) => (
            <input
              {...control}
              className="field tabular"
              inputMode="numeric"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" disabled={!isValid}>
          Save limit
        </Button>
      </form>
    </Dialog>
  );
}
