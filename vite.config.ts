import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const apiPaths = [
  'jobs',
  'workers',
  'queues',
  'events',
  'stats',
  'errors',
  'session',
  'me',
  'health',
  'metrics',
  'docs',
];

/** Builds the dashboard; `vite` alone serves it with the API of `ORCHESTRATOR_URL` (default http://localhost:8080) behind it. */
export default defineConfig({
  root: 'client',
  base: '/ui/',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    sourcemap: false,
    target: 'es2022',
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      [`^/(${apiPaths.join('|')}|openapi\\.json)(?:[/?]|$)`]: process.env.ORCHESTRATOR_URL ?? 'http://localhost:8080',
    },
  },
});
