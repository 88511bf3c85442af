import type { Response } from 'express';

/**
 * Calls back when the connection ends before the answer has gone out. To be asked before the answer is written. `writableFinished` does
 * not tell: it is true, and `finish` is emitted, also of an answer whose connection was destroyed in the middle of it.
 */
export function whenCutOff(response: Response, callback: () => void): void {
  const { socket } = response;
  let isSent = false;
  response.once('finish', () => (isSent = socket?.destroyed === false));
  response.once('close', () => isSent || callback());
}
