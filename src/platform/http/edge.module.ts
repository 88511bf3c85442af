import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { ServeStaticModule } from '@nestjs/serve-static';
import type { Response } from 'express';
import { packageRoot } from '../package-root.js';
import { MissingDashboardController, RootController } from './dashboard.controller.js';
import { SessionController } from './session.controller.js';

const YEAR_SECONDS = 365 * 24 * 3600;

/** What an orchestrator serves besides the API: signing in, and the built dashboard under `/ui/`. */
@Module({})
export class EdgeModule {
  /** @param dashboardFolder where `vite build` has put the dashboard */
  static with(dashboardFolder = join(packageRoot, 'dist/client')): DynamicModule {
    const isBuilt = existsSync(join(dashboardFolder, 'index.html'));
    return {
      module: EdgeModule,
      controllers: [SessionController, RootController, ...(isBuilt ? [] : [MissingDashboardController])],
      imports: isBuilt ? [serveDashboard(dashboardFolder)] : [],
    };
  }
}

function serveDashboard(folder: string): DynamicModule {
  const assets = join(folder, 'assets') + sep;
  return ServeStaticModule.forRoot({
    rootPath: folder,
    serveRoot: '/ui',
    // A page of an earlier build asks for files that are gone; the page itself would be no answer to that.
    exclude: ['/ui/assets/{*path}'],
    serveStaticOptions: {
      setHeaders: (response: Response, path: string) => {
        // Vite puts a hash of the content into the names there. All else must be asked for again, which an ETag makes cheap.
        const isHashed = path.startsWith(assets);
        response.setHeader('cache-control', isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
      },
    },
  });
}
