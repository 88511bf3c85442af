import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { AnsweredRequest } from './http/access-log.js';
import type { Logger } from './logger.js';

/** One value of a metric with several labels. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** A value, one value per label, or samples; null when it cannot be told just now, which leaves it out. */
export type Reading = number | Readonly<Record<string, number>> | readonly Sample[] | null;

export interface MetricOptions {
  /** What the keys of a reading stand for. Their number must be bounded. */
  label?: string;
  /** The labels of samples. */
  labels?: readonly string[];
  read: () => Reading | Promise<Reading>;
}

const PREFIX = 'orchestrator_';
/** A scrape is worth no more: what takes longer is left out of it. */
const READ_LIMIT_MS = 2000;
/** Each look wakes the process: at the library's 10 ms, that would be most of what an idle one does. */
const LAG_PRECISION_MS = 100;
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What Prometheus can ask of this process. Modules say once how a figure is read; it is read when someone asks. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly httpDurations: Histogram<'method' | 'route' | 'status'>;

  constructor(private readonly logger: Logger) {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
    this.httpDurations = new Histogram({
      name: `${PREFIX}http_request_duration_seconds`,
      help: 'Time from the arrival of a request to the end of its answer; 499: the caller left before.',
      labelNames: ['method', 'route', 'status'],
      buckets: DURATION_BUCKETS,
      registers: [this.registry],
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** @param name without the prefix that all have */
  gauge(name: string, help: string, { label, labels = label === undefined ? [] : [label], read }: MetricOptions): void {
    const { readInTime } = this;
    new Gauge({
      name: PREFIX + name,
      help,
      labelNames: labels,
      registers: [this.registry],
      async collect() {
        this.reset();
        // prom-client shows 0 for a gauge without labels that was never set.
        if (labels.length === 0) this.remove();
        for (const [labels, value] of entriesOf(await readInTime(name, read), label)) this.set(labels, value);
      },
    });
  }

  /** As `gauge`, for what only ever grows. */
  counter(name: string, help: string, { label, read }: MetricOptions): void {
    const { readInTime } = this;
    new Counter({
      name: PREFIX + name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.registry],
      async collect() {
        this.reset();
        for (const [labels, value] of entriesOf(await readInTime(name, read), label)) this.inc(labels, value);
      },
    });
  }

  /** The observer for `configureApp`. */
  readonly observeAnswer = ({ method, route, status, durationMs }: AnsweredRequest): void => {
    this.httpDurations.observe({ method: knownMethod(method), route, status }, durationMs / 1000);
  };

  /** Everything, in Prometheus's text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private readonly readInTime = async (name: string, read: MetricOptions['read']): Promise<Reading> => {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<null>((resolve) => (timer = setTimeout(resolve, READ_LIMIT_MS, null)));
    try {
      return await Promise.race([read(), silence]);
    } catch (error) {
      this.logger.debug({ metric: name, reason: (error as Error).message }, 'a metric could not be read');
      return null;
    } finally {
      clearTimeout(timer);
    }
  };
}

function entriesOf(reading: Reading, label: string | undefined): [Record<string, string>, number][] {
  if (reading === null) return [];
  if (typeof reading === 'number') return [[{}, reading]];
  if (isSamples(reading)) return reading.map(({ labels, value }) => [labels, value]);
  return Object.entries(reading).map(([key, value]) => [{ [label ?? 'key']: key }, value]);
}

function isSamples(reading: Exclude<Reading, number | null>): reading is readonly Sample[] {
  return Array.isArray(reading);
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Node takes some 30 methods; each would be a series of its own. */
function knownMethod(method: string): string {
  return METHODS.has(method) ? method : 'other';
}
