import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { notify } from '../ui/notify.js';
import { ApiError, messageOf } from '../api/api-error.js';
import { createJob, jobKeys } from '../api/jobs.js';
import { parseJson, stringifyJson } from '../api/lossless.js';
import { statsQuery } from '../api/stats.js';
import { explicitRefresh } from '../live/live-status.js';
import { Button } from '../ui/button.js';
import { Combobox } from '../ui/combobox.js';
import { copyText } from '../ui/copy-button.js';
import { Field } from '../ui/field.js';
import { jsonProblem } from '../ui/json-problem.js';
import { Kbd } from '../ui/kbd.js';
import { freshJobId } from './fresh-job.js';
import { checkDraft, curlOf, placeProblems, toCreateJob, type DraftErrors, type JobDraft } from './job-draft.js';
import { JobOptions } from './job-options.js';
import { JobToast } from './use-job-commands.js';

/** The fields of a new job, and sending them. */
export function CreateJobForm({
  initial,
  onDirty,
  onClose,
}: {
  initial: JobDraft;
  onDirty: (isDirty: boolean) => void;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const { data: stats } = useQuery(statsQuery());
  const [draft, setDraft] = useState(initial);
  const [errors, setErrors] = useState<DraftErrors>({});
  const [problem, setProblem] = useState<string>();
  const [isAnother, setAnother] = useState(false);
  const [isSending, setSending] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const hasErrors = problem !== undefined || Object.keys(errors).length > 0;

  const set = (change: Partial<JobDraft>) => {
    setDraft({ ...draft, ...change });
    onDirty(true);
  };
  const fail = (fields: DraftErrors, message?: string) => {
    setErrors(fields);
    setProblem(message);
  };
  useEffect(() => {
    if (hasErrors) summary.current?.focus();
  }, [hasErrors, errors]);

  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (isSending) return;
    const found = checkDraft(draft);
    fail(found);
    if (Object.keys(found).length > 0) return;
    setSending(true);
    try {
      const { job, isNew } = await createJob(toCreateJob(draft));
      void notify('success', <JobToast id={job.id} text={isNew ? 'created' : 'already exists under this key'} />);
      onDirty(false);
      if (!isAnother) onClose();
      await queries.refetchQueries({ queryKey: jobKeys.lists, type: 'active' });
      freshJobId.set(job.id);
      explicitRefresh.set(explicitRefresh.get() + 1);
    } catch (error) {
      const { errors: placed, rest } = placeProblems(error instanceof ApiError ? error.details : []);
      const isPlaced = Object.keys(placed).length > 0 && rest.length === 0;
      fail(
        placed,
        isPlaced ? undefined : [messageOf(error), ...rest.map((each) => `${each.field} ${each.message}`)].join(' '),
      );
    } finally {
      setSending(false);
    }
  };

  return (
    // The keys are those of its fields: what bubbles up to the form, it sends.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void submit();
      }}
    >
      {hasErrors && (
        <div
          ref={summary}
          role="alert"
          tabIndex={-1}
          className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger-fg outline-offset-0"
        >
          {problem ?? 'The job was not created. Mend the marked fields.'}
        </div>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Type" required error={errors.type}>
          {(control) => (
            <Combobox
              {...control}
              value={draft.type}
              options={stats?.types ?? []}
              placeholder="email"
              onChange={(type) => set({ type })}
            />
          )}
        </Field>
        <Field label="Queue" error={errors.queue}>
          {(control) => (
            <Combobox
              {...control}
              value={draft.queue}
              options={stats?.queue_names ?? []}
              placeholder={draft.type || 'Same as type'}
              onChange={(queue) => set({ queue })}
            />
          )}
        </Field>
      </div>
      <PayloadField draft={draft} error={errors.payload} onChange={(payload) => set({ payload })} />
      <JobOptions draft={draft} errors={errors} onChange={set} />
      <div className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
        <label className="flex min-h-6 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4"
            checked={isAnother}
            onChange={(event) => setAnother(event.target.checked)}
          />
          Create another
        </label>
        <span className="flex-1" />
        <Button
          variant="ghost"
          onClick={() => {
            const found = checkDraft(draft);
            fail(found);
            if (Object.keys(found).length === 0) void copyText(curlOf(toCreateJob(draft)), 'The command');
          }}
        >
          Copy as cURL
        </Button>
        <Button type="submit" variant="primary" aria-label="Create job" disabled={isSending} className="max-sm:w-full">
          Create job{' '}
          <span aria-hidden className="max-sm:hidden">
            <Kbd>⌘↵</Kbd>
          </span>
        </Button>
      </div>
    </form>
  );
}

function PayloadField({
  draft,
  error,
  onChange,
}: {
  draft: JobDraft;
  error?: string;
  onChange: (payload: string) => void;
}) {
  const [isTouched, setTouched] = useState(false);
  const live = isTouched && draft.payload.trim() !== '' ? jsonProblem(draft.payload) : undefined;
  return (
    <Field
      label="Payload (JSON)"
      error={live ?? error}
      aside={
        <Button
          size="sm"
          variant="ghost"
          disabled={jsonProblem(draft.payload) !== undefined}
          onClick={() => onChange(stringifyJson(parseJson(draft.payload), 2))}
        >
          Format
        </Button>
      }
    >
      {(control) => (
        <textarea
          {...control}
          rows={8}
          spellCheck={false}
          className="field !h-auto resize-y py-2 font-mono !text-xs"
          value={draft.payload}
          onChange={(event) => {
            setTouched(true);
            onChange(event.target.value);
          }}
        />
      )}
    </Field>
  );
}
