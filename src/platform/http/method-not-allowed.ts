import type { Request } from 'express';

/**
 * The methods that the path of a request takes, from the app's own routes; empty for an unknown path. Catch-all routes (the
 * dashboard's) do not count: they would make every path known.
 */
export function allowedMethods(request: Request): string[] {
  const methods = new Set<string>();
  for (const { route, match } of routeLayers(request)) {
    if (!match(request.path)) continue;
    for (const method of Object.keys(route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

interface RouteLayer {
  route: { path: unknown; methods: Record<string, boolean> };
  match: (path: string) => boolean;
}

function routeLayers(request: Request): RouteLayer[] {
  const stack = request.app.router.stack as unknown as {
    route?: RouteLayer['route'];
    match(path: string): boolean;
  }[];
  return stack.flatMap((layer) =>
    typeof layer.route?.path === 'string' && !layer.route.path.includes('*')
      ? [{ route: layer.route, match: (path: string) => layer.match(path) }]
      : [],
  );
}
