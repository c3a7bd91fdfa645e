import { useSyncExternalStore } from 'react';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The one after `theme`, around and around. */
export const nextTheme = (theme: Theme): Theme =>
  THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';

/** Read by /theme.js too, before the first paint. */
const KEY = 'gatehouse.theme';

const CHANGED = 'gatehouse:theme';

export const readTheme = (): Theme => {
  const set = document.documentElement.dataset.theme;
  return set === 'light' || set === 'dark' ? set : 'system';
};

export const chooseTheme = (theme: Theme): void => {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'system') window.localStorage.removeItem(KEY);
    else window.localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
  window.dispatchEvent(new Event(CHANGED));
};

const systemIsDark = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: dark)');

const subscribe = (notify: () => void): (() => void) => {
  const media = systemIsDark();
  media.addEventListener('change', notify);
  window.addEventListener(CHANGED, notify);
  return () => {
    media.removeEventListener('change', notify);
    window.removeEventListener(CHANGED, notify);
  };
};

/** The choice, following changes. */
export const useTheme = (): Theme => useSyncExternalStore(subscribe, readTheme);

/** What is painted now. Canvas charts draw anew when it changes. */
export const usePaintedTheme = (): 'light' | 'dark' =>
  useSyncExternalStore(subscribe, () => {
    const theme = readTheme();
    if (theme !== 'system') return theme;
    return systemIsDark().matches ? 'dark' : 'light';
  });
