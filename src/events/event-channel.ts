/** The channel of PostgreSQL's NOTIFY over which orchestrators tell each other of events. */
export const NOTIFY_CHANNEL = 'events';

/** The same in Redis, where several installations may share one server. A channel is no key: it needs no hash tag in a Cluster. */
export function redisChannel(prefix: string): string {
  return `${prefix}:events`;
}
