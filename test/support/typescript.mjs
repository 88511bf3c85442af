/** `node --import ./test/support/typescript.mjs file.ts`: for tests that need a process of their own, to kill, without a build. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
