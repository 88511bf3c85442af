import { existsSync, writeFileSync } from 'node:fs';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (platform) => `/usr/lib/${platform}/faketime/libfaketimeMT.so.1`,
);

/** The wall clock of one process, to be set forward and back while it runs; its monotonic clock is left alone. Needs libfaketime. */
export class FakeClock {
  private constructor(
    private readonly library: string,
    private readonly file: string,
  ) {
    this.set(0);
  }

  /** @returns undefined where libfaketime is not installed */
  static create(file: string): FakeClock | undefined {
    const library = LIBRARIES.find((path) => existsSync(path));
    return library === undefined ? undefined : new FakeClock(library, file);
  }

  get env(): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_RESET: '1',
    };
  }

  /** Takes hold within a second. */
  set(offsetSeconds: number): void {
    writeFileSync(this.file, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}s\n`);
  }
}
