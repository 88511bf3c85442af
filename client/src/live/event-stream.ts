import { client, isSessionLost } from '../api/client.js';

/** The server sends a comment every 15 s; a stream that is silent for longer than this is dead. */
const SILENCE_LIMIT_MS = 35_000;

export interface StreamMessage {
  kind: string;
  data: unknown;
}

interface StreamListeners {
  signal: AbortSignal;
  /** Every chunk of bytes, comments too. */
  onBytes: () => void;
  onMessage: (message: StreamMessage) => void;
}

/**
 * Reads `GET /events` until the server ends it, and throws when it cannot be opened, breaks or falls silent. Read with fetch and not
 * with EventSource, which hides the heartbeat comments and therefore cannot notice a dead connection.
 */
export async function readEventStream({ signal, onBytes, onMessage }: StreamListeners): Promise<void> {
  const silence = new AbortController();
  let watchdog = window.setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
  try {
    const { data, response } = await client.GET('/events', {
      parseAs: 'stream',
      headers: { Accept: 'text/event-stream' },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 401) isSessionLost.set(true);
    const type = response.headers.get('content-type') ?? '';
    if (!data || !type.startsWith('text/event-stream')) throw new Error(`No event stream: ${response.status}`);
    const parser = new MessageParser(onMessage);
    const reader = data.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      window.clearTimeout(watchdog);
      watchdog = window.setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
      onBytes();
      parser.push(value);
    }
  } finally {
    window.clearTimeout(watchdog);
  }
}

/** Cuts the text of a stream into messages (`event:` and `data:` lines up to a blank line). */
class MessageParser {
  private rest = '';

  constructor(private readonly onMessage: (message: StreamMessage) => void) {}

  push(text: string): void {
    const blocks = (this.rest + text).replaceAll('\r\n', '\n').split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.parse(block);
  }

  private parse(block: string): void {
    let kind = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      if (line.startsWith('event:')) kind = line.slice(6).trim();
      else if (line.startsWith('data:')) data.push(line.slice(5).trim());
    }
    if (data.length > 0) this.onMessage({ kind, data: JSON.parse(data.join('\n')) as unknown });
  }
}
