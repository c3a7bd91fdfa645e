import { useSyncExternalStore } from 'react';
import { browserZone, zoneOf } from './zone.ts';

const STORED = 'gatehouse.zone';
const CHANGED = 'gatehouse:zone';

/** The zone chosen earlier in this browser; undefined without a choice. */
export const readStoredZone = (): string | undefined => {
  try {
    return zoneOf(window.localStorage.getItem(STORED));
  } catch {
    // Storage may be forbidden; the browser's zone stands.
    return undefined;
  }
};

export const storeZone = (zone: string): void => {
  try {
    if (zone === browserZone()) window.localStorage.removeItem(STORED);
    else window.localStorage.setItem(STORED, zone);
  } catch {
    // Storage may be forbidden: the choice then lives in the address alone.
  }
  window.dispatchEvent(new Event(CHANGED));
};

const subscribe = (notify: () => void): (() => void) => {
  window.addEventListener(CHANGED, notify);
  return () => window.removeEventListener(CHANGED, notify);
};

export const useStoredZone = (): string | undefined => useSyncExternalStore(subscribe, readStoredZone);
