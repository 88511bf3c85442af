import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = Buffer.alloc(64 * 1024);
const FILLER = 'filler';

/** A file system of its own, held in memory, that can be full without harm to anybody else. Mounting one needs root on Linux. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** @returns undefined where it can't be mounted */
  static mount(folder: string, megabytes: number): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', folder]);
    return status === 0 ? new SmallDisk(folder) : undefined;
  }

  get freeMegabytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return (bavail * bsize) / 2 ** 20;
  }

  /** Leaves no byte free. */
  fill(): void {
    const file = openSync(join(this.folder, FILLER), 'a');
    try {
      for (;;) writeSync(file, BLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(join(this.folder, FILLER), { force: true });
  }

  unmount(): void {
    // Lazily: whoever still has a file open there keeps it until it ends.
    spawnSync('umount', ['-l', this.folder]);
  }
}
