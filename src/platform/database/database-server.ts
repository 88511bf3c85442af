import pg from 'pg';
import { readDatabaseUrl, type DatabaseUrl } from '../../config/database-url.js';
import { HOST_LIMIT_MS, HostList } from './host-list.js';

const CONNECT_TIMEOUT_MS = 3000;
const KEEP_ALIVE_MS = 10_000;

/** What a client or a pool is made with. */
export type ConnectionOptions = Pick<
  pg.PoolConfig,
  'connectionString' | 'connectionTimeoutMillis' | 'keepAlive' | 'keepAliveInitialDelayMillis'
> & { Client: typeof pg.Client };

/** The PostgreSQL that `DATABASE_URL` names, on one host or several: all connections of the process are made by it. */
export class DatabaseServer {
  private readonly url: DatabaseUrl;
  private readonly hosts: HostList;
  /** For pools and lone clients alike; with several hosts its `Client` looks for the right one before it connects. */
  readonly options: ConnectionOptions;

  /** @throws Error for a URL that can't be read */
  constructor(url: string) {
    this.url = readDatabaseUrl(url);
    this.hosts = new HostList(this.url);
    this.options = {
      connectionString: this.url.urlOf(this.url.hosts[0]!),
      connectionTimeoutMillis: this.hosts.isFixed ? CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS + HOST_LIMIT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      Client: this.hosts.isFixed ? pg.Client : seekingClient(this.hosts),
    };
  }

  /** Without user and password, for messages. */
  get name(): string {
    const hosts = this.url.hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
    const { database } = this.client({});
    return `${hosts} (database ${database})`;
  }

  /** Not yet connected. @param options beyond those that all connections have */
  client(options: pg.ClientConfig): pg.Client {
    const { Client, ...common } = this.options;
    return new Client({ ...common, ...options });
  }

  /** Tells that the server that was found is not what it was: the next connection looks for another. */
  forgetHost(): void {
    this.hosts.forget();
  }
}

/** A client that connects to whichever host is the right one at that moment. */
function seekingClient(hosts: HostList): typeof pg.Client {
  return class SeekingClient extends pg.Client {
    override connect(): Promise<pg.Client>;
    override connect(callback: (error: Error | null) => void): void;
    override connect(callback?: (error: Error | null) => void): Promise<pg.Client> | void {
      const connected = this.seek();
      if (!callback) return connected;
      connected.then(() => callback(null), callback);
    }

    private async seek(): Promise<pg.Client> {
      Object.assign(this, await hosts.find());
      try {
        await super.connect();
        return this;
      } catch (error) {
        hosts.forget();
        throw error;
      }
    }
  };
}
