import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/api-error.js';
import { LiveUpdates } from './live/live-updates.js';
import { LiveUpdatesContext } from './live/live-updates-context.js';
import { router } from './router.js';
import { followTheme } from './settings/preferences.js';
import './styles.css';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // LiveUpdates decides when to fetch again; the library's own triggers would double it.
      staleTime: 1000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (failures, error) => failures < 1 && error instanceof ApiError && error.code === 'unreachable',
      retryDelay: 500,
    },
  },
});

const liveUpdates = new LiveUpdates(queries);

followTheme();
liveUpdates.start();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LiveUpdatesContext value={liveUpdates}>
        <RouterProvider router={router} />
      </LiveUpdatesContext>
    </QueryClientProvider>
  </StrictMode>,
);
