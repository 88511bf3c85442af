import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccessKey } from './access-keys.js';

export const SESSION_SECONDS = 7 * 24 * 3600;

const TOKEN = /^(\d{1,12})\.([\w-]{43})$/;

/** `expiry.signature`: any orchestrator with the same key takes it, and none has to remember it. */
export function sessionToken(key: AccessKey, now: Date): string {
  const expiry = String(Math.floor(now.getTime() / 1000) + SESSION_SECONDS);
  return `${expiry}.${sign(key, expiry).toString('base64url')}`;
}

/** The key that a session was opened with; undefined when the token is forged, expired, or its key was taken away. */
export function keyOfSession(keys: readonly AccessKey[], token: string, now: Date): AccessKey | undefined {
  const [, expiry, signature] = TOKEN.exec(token) ?? [];
  if (expiry === undefined || signature === undefined || Number(expiry) * 1000 <= now.getTime()) return undefined;
  const given = Buffer.from(signature, 'base64url');
  return keys.find((key) => timingSafeEqual(sign(key, expiry), given));
}

function sign(key: AccessKey, expiry: string): Buffer {
  return createHmac('sha256', key.sessionSecret).update(expiry).digest();
}
