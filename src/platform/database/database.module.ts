import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG, LOGGER } from '../../config/config.module.js';
import type { Logger } from '../logger.js';
import { Database } from './database.js';
import { Notifications } from './notifications.js';

/** Provides the process's Database and Notifications, and closes them after everything else was told to stop. */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [CONFIG, LOGGER],
      useFactory: (config: Config, logger: Logger) =>
        new Database(databaseUrlOf(config), config.databasePoolSize, logger),
    },
    {
      provide: Notifications,
      inject: [CONFIG, LOGGER],
      useFactory: async (config: Config, logger: Logger) => {
        const notifications = new Notifications(databaseUrlOf(config), logger);
        await notifications.start();
        return notifications;
      },
    },
  ],
  exports: [Database, Notifications],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.notifications.stop();
    await this.database.close();
  }
}

/** @throws Error when the caller forgot to start the embedded server, whose URL then stands in the configuration */
function databaseUrlOf(config: Config): string {
  if (config.databaseUrl === undefined)
    throw new Error('no database: DATABASE_URL is unset and no embedded server was started');
  return config.databaseUrl;
}
