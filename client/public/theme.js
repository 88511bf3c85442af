// Runs before the first paint, outside the bundle, so that a dark page never flashes white.
(() => {
  let theme = 'system';
  try {
    theme = JSON.parse(localStorage.getItem('orchestrator.preferences') ?? '{}').theme ?? 'system';
  } catch {
    // Storage can be blocked or hold foreign text; the system theme is a safe default.
  }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
