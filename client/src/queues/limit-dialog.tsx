import { useState } from 'react';
import type { Queue } from '../api/types.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

/** Asks how many jobs of a queue may run at a time; `onLimit` gets 0 for no limit. */
export function LimitDialog({
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
