import { useState } from 'react';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

/** Asks what the current filters are to be called. */
export default function NameViewDialog({ onClose, onName }: { onClose: () => void; onName: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <Dialog title="Save current view" open onOpenChange={onClose} width="sm:max-w-sm">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '') return;
          onName(name.trim());
          onClose();
        }}
      >
        <Field label="Name" hint="Kept in this browser.">
          {(control) => (
            <input
              {...control}
              className="field"
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" disabled={name.trim() === ''}>
          Save view
        </Button>
      </form>
    </Dialog>
  );
}
