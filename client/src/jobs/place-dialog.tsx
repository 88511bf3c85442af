import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Place } from '../api/job-actions.js';
import { statsQuery } from '../api/stats.js';
import { Button } from '../ui/button.js';
import { Combobox } from '../ui/combobox.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

/** Asks for the queue or the priority that jobs are to have; the plan is shown and confirmed after it. */
export function PlaceDialog({
  action,
  onPlace,
  onClose,
}: {
  action: 'move' | 'prioritize';
  onPlace: (place: Place) => void;
  onClose: () => void;
}) {
  const { data: stats } = useQuery(statsQuery());
  const [text, setText] = useState('');
  const isMove = action === 'move';
  const typed = text.trim();
  const isValid = isMove ? typed !== '' : /^-?\d{1,3}$/.test(typed) && Math.abs(Number(typed)) <= 100;
  return (
    <Dialog
      title={isMove ? 'Move to another queue' : 'Change priority'}
      open
      onOpenChange={onClose}
      width="sm:max-w-sm"
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid) onPlace(isMove ? { queue: typed } : { priority: Number(typed) });
        }}
      >
        <Field
          label={isMove ? 'Queue' : 'Priority'}
          hint={isMove ? 'A new name makes a new queue.' : '−100 to 100, higher runs first.'}
          error={isMove || isValid || typed === '' ? undefined : 'A whole number from −100 to 100 is needed.'}
        >
          {(control) =>
            isMove ? (
              <Combobox
                {...control}
                value={text}
                maxLength={128}
                options={stats?.queue_names ?? []}
                onChange={setText}
              />
            ) : (
              <input
                {...control}
                className="field tabular"
                value={text}
                onChange={(event) => setText(event.target.value.replace('−', '-'))}
              />
            )
          }
        </Field>
        <Button type="submit" variant="primary" disabled={!isValid}>
          Continue
        </Button>
      </form>
    </Dialog>
  );
}
