import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One run of a handler, from its own log. Times are monotonic milliseconds. */
export interface Execution {
  jobId: string;
  attempt: number;
  type: string;
  pid: number;
  startedAtMs: number;
  /** Null: it was stopped, failed, or its process was killed. */
  endedAtMs: number | null;
}

interface Line {
  phase: 'start' | 'end';
  job: string;
  attempt: number;
  type: string;
  pid: number;
  at: number;
}

/** Reads what the handlers of all processes have written. */
export function readExecutions(folder: string): Execution[] {
  return readdirSync(folder).flatMap((name) => pair(linesOf(readFileSync(join(folder, name), 'utf8'))));
}

/** A process that was killed may have left half a line. */
function linesOf(text: string): Line[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

function pair(lines: readonly Line[]): Execution[] {
  const executions: Execution[] = [];
  const open = new Map<string, Execution>();
  for (const { phase, job, attempt, type, pid, at } of lines) {
    const key = `${job} ${attempt}`;
    if (phase === 'end') {
      open.get(key)!.endedAtMs = at;
      continue;
    }
    const execution: Execution = { jobId: job, attempt, type, pid, startedAtMs: at, endedAtMs: null };
    open.set(key, execution);
    executions.push(execution);
  }
  return executions;
}
