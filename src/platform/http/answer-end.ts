import type { Response } from 'express';

/** @param isCutOff whether the connection ended before the answer had gone out */
export type AnswerEndListener = (isCutOff: boolean) => void;

interface AnswerEnd {
  readonly socket: Response['socket'];
  isSent: boolean;
  readonly listeners: AnswerEndListener[];
}

const END = Symbol('end of the answer');
type WatchedResponse = Response & { [END]?: AnswerEnd };

/**
 * Calls back once when an answer is over, sent or not. To be asked before the answer is written. All listeners of an answer share one pair
 * of events, since a parked poll holds whatever listens to it.
 */
export function onAnswerEnd(response: Response, listener: AnswerEndListener): void {
  const watched: WatchedResponse = response;
  const end = watched[END];
  if (end) return void end.listeners.push(listener);
  watched[END] = { socket: response.socket, isSent: false, listeners: [listener] };
  response.on('finish', noteSent).on('close', tellListeners);
}

/** `writableFinished` does not tell: it is true, and `finish` is emitted, also of an answer whose connection was destroyed in the middle of it. */
function noteSent(this: WatchedResponse): void {
  const end = this[END]!;
  end.isSent = end.socket?.destroyed === false;
}

function tellListeners(this: WatchedResponse): void {
  const { isSent, listeners } = this[END]!;
  for (const listener of listeners) listener(!isSent);
}
