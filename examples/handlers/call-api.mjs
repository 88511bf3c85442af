/**
 * Calls an HTTP API and keeps what it answers.
 * Payload: { "url": "https://…", "method"?: "POST", "body"?: any JSON }.
 *
 * The API sees one Idempotency-Key for all attempts of a job, so an attempt that is repeated because its worker died does nothing twice.
 */
export default async function callApi(job, { jobId, signal, log, UnrecoverableError, RetryAfterError }) {
  const { url, method = 'GET', body } = job.payload ?? {};
  if (!URL.canParse(url)) throw new UnrecoverableError('payload.url must be a URL');

  const response = await fetch(url, {
    method,
    signal,
    headers: { 'idempotency-key': jobId, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  log(`${method} ${new URL(url).host} answered ${response.status}`);

  if (response.status === 429 || response.status === 503) {
    const seconds = retryAfterSeconds(response.headers.get('retry-after'));
    if (seconds !== null) throw new RetryAfterError(`asked to come back in ${seconds} s`, seconds);
  }
  if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429) {
    throw new UnrecoverableError(`${response.status}: ${text.slice(0, 200)}`);
  }
  if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 200)}`);
  return { status: response.status, text: text.slice(0, 10_000) };
}

/** The header holds seconds or a date. */
function retryAfterSeconds(header) {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds));
}
