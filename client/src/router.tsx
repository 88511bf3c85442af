import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { validateJobSearch } from './jobs/job-search.js';
import { parseSearch, pickParams, stringifySearch } from './search-params.js';
import { AppShell } from './shell/app-shell.js';
import { CrashPage, NotFoundPage } from './shell/fallback-pages.js';

const root = createRootRoute({ component: Outlet, errorComponent: CrashPage });

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: AppShell,
  // `new=1` opens the create dialog over any page; `from` names the job that fills it.
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['new', 'from']),
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['next']),
  component: lazyRouteComponent(() => import('./auth/login-page.js'), 'LoginPage'),
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['window', 'from', 'to']),
  component: lazyRouteComponent(() => import('./overview/overview-page.js'), 'OverviewPage'),
});

const jobs = createRoute({
  getParentRoute: () => shell,
  path: '/jobs',
  validateSearch: validateJobSearch,
  component: lazyRouteComponent(() => import('./jobs/jobs-page.js'), 'JobsPage'),
});

const job = createRoute({
  getParentRoute: () => shell,
  path: '/jobs/$id',
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['tab']),
  component: lazyRouteComponent(() => import('./jobs/job-page.js'), 'JobPage'),
});

const bulk = createRoute({
  getParentRoute: () => shell,
  path: '/bulk/$token',
  component: lazyRouteComponent(() => import('./jobs/bulk-page.js'), 'BulkPage'),
});

const errors = createRoute({
  getParentRoute: () => shell,
  path: '/errors',
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['window', 'state', 'type']),
  component: lazyRouteComponent(() => import('./errors/errors-page.js'), 'ErrorsPage'),
});

const queues = createRoute({
  getParentRoute: () => shell,
  path: '/queues',
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['q']),
  component: lazyRouteComponent(() => import('./queues/queues-page.js'), 'QueuesPage'),
});

const queue = createRoute({
  getParentRoute: () => shell,
  path: '/queues/$name',
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['window', 'from', 'to']),
  component: lazyRouteComponent(() => import('./queues/queue-page.js'), 'QueuePage'),
});

const workers = createRoute({
  getParentRoute: () => shell,
  path: '/workers',
  validateSearch: (search: Record<string, unknown>) => pickParams(search, ['q', 'old']),
  component: lazyRouteComponent(() => import('./workers/workers-page.js'), 'WorkersPage'),
});

const worker = createRoute({
  getParentRoute: () => shell,
  path: '/workers/$id',
  component: lazyRouteComponent(() => import('./workers/worker-page.js'), 'WorkerPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-page.js'), 'SettingsPage'),
});

const elsewhere = createRoute({ getParentRoute: () => shell, path: '$', component: NotFoundPage });

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    shell.addChildren([overview, jobs, job, bulk, errors, queues, queue, workers, worker, settings, elsewhere]),
  ]),
  basepath: '/ui',
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
