import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { notify } from '../ui/notify.js';
import { messageOf } from '../api/api-error.js';
import { cancelJob, deleteJob, jobKeys, retryJob } from '../api/jobs.js';
import type { Job, JobList, JobSummary } from '../api/types.js';
import { deletedJobIds } from './fresh-job.js';
import { shortId } from '../ui/format.js';

const ConfirmDialog = lazy(() => import('../ui/dialog.js').then((module) => ({ default: module.ConfirmDialog })));

type CommandJob = Pick<JobSummary, 'id' | 'type' | 'status'>;

/** Commands for one job at a time. Cancelling what runs and deleting ask first. */
export interface JobCommands {
  retry: (job: CommandJob) => void;
  cancel: (job: CommandJob) => void;
  remove: (job: CommandJob) => void;
}

interface Question {
  title: string;
  action: string;
  cancelLabel: string;
  warning: string;
  job: CommandJob;
  onConfirm: () => void;
}

/** The commands, and the question that some of them ask, to be rendered once. `onRemoved` runs after a delete. */
export function useJobCommands(onRemoved?: () => void): { commands: JobCommands; dialog: ReactNode } {
  const queries = useQueryClient();
  const [question, setQuestion] = useState<Question | null>(null);
  const runner = useMemo(() => new CommandRunner(queries), [queries]);
  const commands = useMemo<JobCommands>(
    () => ({
      retry: (job) => void runner.retry(job),
      cancel: (job) => {
        if (job.status !== 'RUNNING') return void runner.cancel(job);
        setQuestion({
          title: 'Cancel this running job?',
          action: 'Cancel job',
          cancelLabel: 'Keep running',
          warning: 'Its worker hears of it with the next heartbeat. What the handler has already done stays done.',
          job,
          onConfirm: () => void runner.cancel(job),
        });
      },
      remove: (job) =>
        setQuestion({
          title: 'Delete 1 job?',
          action: 'Delete 1 job',
          cancelLabel: 'Cancel',
          warning: 'Its payload, result, attempts and logs go with it. This cannot be undone.',
          job,
          onConfirm: () => void runner.remove(job).then((isRemoved) => isRemoved && onRemoved?.()),
        }),
    }),
    [runner, onRemoved],
  );
  const dialog = (
    <Suspense>
      {question && (
        <ConfirmDialog open onOpenChange={() => setQuestion(null)} {...question}>
          <p>
            <span className="font-medium text-fg">{question.job.type}</span>{' '}
            <span className="font-mono text-xs break-all">{question.job.id}</span>
          </p>
          <p>{question.warning}</p>
        </ConfirmDialog>
      )}
    </Suspense>
  );
  return { commands, dialog };
}

/** Sends commands, never two at once for the same job, and tells how they went. */
class CommandRunner {
  private readonly pending = new Set<string>();

  constructor(private readonly queries: QueryClient) {}

  async retry(job: CommandJob): Promise<void> {
    if (this.pending.has(job.id)) return;
    // Shown as pending at once; after a refusal the refetch brings the true status back.
    const patch = { status: 'PENDING', run_at: null } as const;
    this.queries.setQueryData<Job>(jobKeys.detail(job.id), (old) => old && { ...old, ...patch });
    this.queries.setQueriesData<JobList>({ queryKey: jobKeys.lists }, (list) =>
      list ? { ...list, jobs: list.jobs.map((row) => (row.id === job.id ? { ...row, ...patch } : row)) } : list,
    );
    await this.run(job, retryJob, <JobToast id={job.id} text="queued again" />, 'The job was not retried');
  }

  async cancel(job: CommandJob): Promise<void> {
    const text = job.status === 'RUNNING' ? 'is asked to stop' : 'cancelled';
    await this.run(job, cancelJob, <JobToast id={job.id} text={text} />, 'The job was not cancelled');
  }

  /** Answers whether the job is gone. */
  async remove(job: CommandJob): Promise<boolean> {
    const isRemoved = await this.run(
      job,
      deleteJob,
      `Job ${shortId(job.id)} deleted`,
      'The job was not deleted',
      jobKeys.lists,
    );
    if (isRemoved) deletedJobIds.set(new Set([...deletedJobIds.get(), job.id]));
    return isRemoved;
  }

  private async run(
    job: CommandJob,
    command: (id: string) => Promise<unknown>,
    done: ReactNode,
    failed: string,
    changed: QueryKey = jobKeys.all,
  ): Promise<boolean> {
    if (this.pending.has(job.id)) return false;
    this.pending.add(job.id);
    try {
      await command(job.id);
      void notify('success', done);
      return true;
    } catch (error) {
      void notify('error', `${failed}: ${messageOf(error)}`);
      return false;
    } finally {
      this.pending.delete(job.id);
      void this.queries.invalidateQueries({ queryKey: changed });
    }
  }
}

/** "Job 019a4b2c…c3f2 queued again · View". */
export function JobToast({ id, text }: { id: string; text: string }) {
  return (
    <span>
      Job <span className="font-mono">{shortId(id)}</span> {text} ·{' '}
      <Link to="/jobs/$id" params={{ id }} className="font-medium underline underline-offset-2">
        View
      </Link>
    </span>
  );
}
