/** The only place that reads this machine's clocks. Wall time is for showing and logging; leases are judged by the database's clock. */
export const clock = {
  now(): Date {
    return new Date();
  },
  /** Milliseconds that never jump, for measuring how long something took or has been silent; every thread has the same zero. */
  monotonicMs(): number {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
};
