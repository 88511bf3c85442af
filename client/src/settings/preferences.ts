import { createStore, useStore } from '../ui/external-store.js';

/** What a person chose for this browser. Everything else that shapes a page lives in its URL. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  density: 'compact' | 'comfortable';
  zone: 'local' | 'utc';
  navCollapsed: boolean;
  singleKeys: boolean;
  live: LiveMode;
  jobColumns: string[];
  /** Off: lists neither ask for the beginning of payloads nor offer to show it. */
  payloadPreview: boolean;
  views: SavedView[];
}

/** `auto` is the event stream with polling behind it; a number is a polling interval in seconds. */
export type LiveMode = 'auto' | 2 | 5 | 15 | 60 | 'off';

/** A named set of job filters: the query string of `/jobs`. */
export interface SavedView {
  name: string;
  search: string;
}

const STORAGE_KEY = 'orchestrator.preferences';

const defaults: Preferences = {
  theme: 'system',
  density: 'comfortable',
  zone: 'local',
  navCollapsed: false,
  singleKeys: true,
  live: 'auto',
  jobColumns: [],
  payloadPreview: true,
  views: [],
};

export const preferences = createStore<Preferences>(load());

function load(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    // Blocked storage or foreign text: the defaults serve, and the next change writes a clean value.
    return defaults;
  }
}

/** The preferences; the component renders again when one changes. */
export function usePreferences(): Preferences {
  return useStore(preferences);
}

/** Changes some preferences and keeps them for the next visit where storage allows it. */
export function setPreferences(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...change });
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences.get()));
  } catch {
    // Storage is full or blocked: the choice holds for this page only.
  }
}

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

function applyTheme(): void {
  const { theme } = preferences.get();
  const dark = theme === 'dark' || (theme === 'system' && darkSystem.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

/** Keeps `data-theme` on the document in step with the preference and with the system. */
export function followTheme(): void {
  applyTheme();
  preferences.subscribe(applyTheme);
  darkSystem.addEventListener('change', applyTheme);
}
