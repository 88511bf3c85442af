import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Resolves with the first truthy answer of the condition.
 * @throws Error when none came before the deadline, with what the condition looks like and the last error it threw
 */
export async function until<T>(condition: () => T | Promise<T>, deadlineMs = 20_000): Promise<T> {
  const endsAt = performance.now() + deadlineMs;
  let cause: unknown;
  do {
    try {
      const answer = await condition();
      if (answer) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(POLL_MS);
  } while (performance.now() < endsAt);
  throw new Error(`not within ${deadlineMs} ms: ${condition.toString()}`, { cause });
}
