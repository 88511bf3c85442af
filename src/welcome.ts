import type { Config } from './config/config.js';

/** What somebody who has just started an orchestrator wants to know next. */
export interface Welcome {
  dashboard: string;
  docs: string;
  /** A command that submits a first job. */
  try: string;
}

/** @param url where the orchestrator listens */
export function welcome(url: string, { publicUrl, apiKeys }: Pick<Config, 'publicUrl' | 'apiKeys'>): Welcome {
  const shown = (publicUrl ?? url).replace(/\/+$/, '');
  const key = apiKeys.length > 0 ? `-H "authorization: Bearer $API_KEY" ` : '';
  const job = JSON.stringify({ type: 'email', payload: { to: 'ada@example.com' } });
  return {
    dashboard: `${shown}/ui/`,
    docs: `${shown}/docs`,
    try: `curl ${shown}/jobs ${key}-H 'content-type: application/json' -d '${job}'`,
  };
}

/** The same for people, on a terminal. */
export function welcomeText({ dashboard, docs, try: command }: Welcome): string {
  return ['', `  Dashboard  ${dashboard}`, `  API docs   ${docs}`, `  Try it     ${command}`, '', ''].join('\n');
}
