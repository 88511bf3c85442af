/** What keeps a process from starting and can be mended by whoever started it. The message says how: show it without a stack. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
