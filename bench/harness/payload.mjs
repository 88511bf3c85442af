/** 60 bytes of JSON. */
export function payload(submittedAtMicros = 0) {
  return { t: submittedAtMicros, to: 'user@example.com', template: 'account-welcome' };
}
