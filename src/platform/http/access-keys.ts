import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../../config/settings.js';
import type { CallerRole } from './caller.js';

/** A key that this server takes, kept as digests: nothing here can print the secret. */
export interface AccessKey {
  name: string | null;
  role: CallerRole;
  digest: Buffer;
  /** Signs the sessions opened with this key, which end when the key is taken away. */
  sessionSecret: Buffer;
}

export function accessKey({ name, secret }: ApiKey, role: CallerRole): AccessKey {
  const sessionSecret = createHmac('sha256', secret).update('dashboard session').digest();
  return { name, role, digest: digestOf(secret), sessionSecret };
}

/** Compares with every key, in the same time whichever it is: digests are of one length and say nothing about how close a guess came. */
export function findKey(keys: readonly AccessKey[], secret: string): AccessKey | undefined {
  const digest = digestOf(secret);
  let found: AccessKey | undefined;
  for (const key of keys) if (timingSafeEqual(key.digest, digest)) found = key;
  return found;
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
