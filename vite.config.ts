import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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

/** Lets the browser fetch the font beside the script and not after the style sheet, in time for the first paint. */
const preloadFont: Plugin = {
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => file.endsWith('.woff2'))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/ui/${file}` },
          injectTo: 'head',
        })),
  },
};

/** What comes with the page that needs it: libraries, the icons of other pages, dialogs. */
const LAZY =
  /(uplot|cmdk|sonner|lucide-react|@tanstack\/(react-)?virtual|@radix-ui\/react-(tabs|(alert-)?dialog)|-dialog\.tsx|ui\/dialog\.tsx)/;

/** What every page needs comes in two files: forty small ones compress 13 kB worse. */
const firstLoad = [
  { name: 'vendor', test: (id: string) => id.includes('node_modules') && !LAZY.test(id) },
  { name: 'shared', test: (id: string) => id.includes('client/src') && !LAZY.test(id), minShareCount: 4 },
];

/** Builds the dashboard; `vite` alone serves it with the API of `ORCHESTRATOR_URL` (default http://localhost:8080) behind it. */
export default defineConfig({
  root: 'client',
  base: '/ui/',
  plugins: [react(), tailwindcss(), preloadFont],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    sourcemap: false,
    target: 'es2022',
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: firstLoad } } },
  },
  server: {
    proxy: {
      [`^/(${apiPaths.join('|')}|openapi\\.json)(?:[/?]|$)`]: process.env.ORCHESTRATOR_URL ?? 'http://localhost:8080',
    },
  },
});
