import { ChevronRight } from 'lucide-react';
import { Field } from '../ui/field.js';
import { Segmented } from '../ui/segmented.js';
import { emptyDraft, type DraftErrors, type JobDraft } from './job-draft.js';

interface OptionsProps {
  draft: JobDraft;
  errors: DraftErrors;
  onChange: (change: Partial<JobDraft>) => void;
}

const optionKeys = Object.keys(emptyDraft).filter(
  (key) => !['type', 'queue', 'payload'].includes(key),
) as (keyof JobDraft)[];

/** When a job starts, how often it may fail, and what identifies it. Folded away until one of them differs or is wrong. */
export function JobOptions({ draft, errors, onChange }: OptionsProps) {
  const isNeeded = optionKeys.some((key) => errors[key] !== undefined);
  return (
    <details className="group rounded-lg border border-line" {...(isNeeded ? { open: true } : {})}>
      <summary className="flex min-h-9 cursor-pointer items-center gap-2 rounded-lg px-3 text-sm font-medium">
        <ChevronRight aria-hidden className="size-4 text-muted transition-transform group-open:rotate-90" />
        More options
      </summary>
      <div className="grid gap-4 border-t border-line p-3 sm:grid-cols-3">
        <TextField
          name="priority"
          label="Priority"
          hint="−100 to 100, higher first"
          isNumber
          {...{ draft, errors, onChange }}
        />
        <TextField
          name="max_retries"
          label="Max retries"
          hint="Failures tried again"
          isNumber
          {...{ draft, errors, onChange }}
        />
        <TextField
          name="timeout_seconds"
          label="Timeout (s)"
          hint="Of one attempt"
          isNumber
          {...{ draft, errors, onChange }}
        />
        <BackoffFields {...{ draft, errors, onChange }} />
        <StartFields {...{ draft, errors, onChange }} />
        <div className="sm:col-span-3">
          <TextField name="tags" label="Tags" hint="Separated by commas" {...{ draft, errors, onChange }} />
        </div>
        <div className="sm:col-span-3">
          <TextField
            name="idempotency_key"
            label="Idempotency key"
            hint="The same key and body answer the first job instead of a second one"
            {...{ draft, errors, onChange }}
          />
        </div>
      </div>
    </details>
  );
}

function BackoffFields({ draft, errors, onChange }: OptionsProps) {
  return (
    <>
      <Field label="Backoff" error={errors.backoff_kind}>
        {(control) => (
          <select
            {...control}
            className="field"
            value={draft.backoff_kind}
            onChange={(event) => onChange({ backoff_kind: event.target.value as JobDraft['backoff_kind'] })}
          >
            <option value="">Default</option>
            <option value="exponential">Exponential</option>
            <option value="linear">Linear</option>
            <option value="fixed">Fixed</option>
          </select>
        )}
      </Field>
      {draft.backoff_kind !== '' && (
        <>
          <TextField name="backoff_base" label="First wait (s)" isNumber {...{ draft, errors, onChange }} />
          <TextField name="backoff_cap" label="Longest wait (s)" isNumber {...{ draft, errors, onChange }} />
        </>
      )}
    </>
  );
}

function StartFields({ draft, errors, onChange }: OptionsProps) {
  return (
    <div className="sm:col-span-3">
      <p className="mb-1 text-sm font-medium">Start</p>
      <div className="flex flex-wrap items-end gap-3">
        <Segmented
          label="Start"
          value={draft.start}
          options={[
            { value: 'now', label: 'Now' },
            { value: 'delay', label: 'After' },
            { value: 'at', label: 'At' },
          ]}
          onChange={(start) => onChange({ start })}
        />
        {draft.start === 'delay' && (
          <TextField name="delay_seconds" label="Delay (s)" isNumber {...{ draft, errors, onChange }} />
        )}
        {draft.start === 'at' && (
          <Field
            label="Run at"
            hint={`Your zone: ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}
            error={errors.run_at}
          >
            {(control) => (
              <input
                {...control}
                type="datetime-local"
                className="field"
                value={draft.run_at}
                onChange={(event) => onChange({ run_at: event.target.value })}
              />
            )}
          </Field>
        )}
      </div>
    </div>
  );
}

function TextField({
  name,
  label,
  hint,
  isNumber = false,
  draft,
  errors,
  onChange,
}: OptionsProps & { name: keyof JobDraft; label: string; hint?: string; isNumber?: boolean }) {
  return (
    <Field label={label} hint={hint} error={errors[name]}>
      {(control) => (
        <input
          {...control}
          className="field tabular"
          inputMode={isNumber ? 'decimal' : undefined}
          value={draft[name]}
          onChange={(event) => onChange({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
}
