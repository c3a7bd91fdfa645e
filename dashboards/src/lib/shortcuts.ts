import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';

const STORED = 'gatehouse.single-keys';
const CHANGED = 'gatehouse:single-keys';
/** Two keys in a row (`g d`) belong together within this. */
const CHORD_MS = 1_200;

/** Keys without a modifier can be switched off (WCAG 2.2, 2.1.4), for people who dictate. */
export const singleKeysOn = (): boolean => {
  try {
    return window.localStorage.getItem(STORED) !== 'off';
  } catch {
    // Storage may be forbidden; then they are on.
    return true;
  }
};

export const setSingleKeys = (on: boolean): void => {
  try {
    if (on) window.localStorage.removeItem(STORED);
    else window.localStorage.setItem(STORED, 'off');
  } catch {
    // Storage may be forbidden: the choice then cannot be kept.
  }
  window.dispatchEvent(new Event(CHANGED));
};

const subscribe = (notify: () => void): (() => void) => {
  window.addEventListener(CHANGED, notify);
  return () => window.removeEventListener(CHANGED, notify);
};

export const useSingleKeys = (): boolean => useSyncExternalStore(subscribe, singleKeysOn);

export type Shortcuts = Readonly<Record<string, () => void>>;

/** Moving on goes on while the key is held; whatever changes something happens once a press. */
const MAY_REPEAT: ReadonlySet<string> = new Set(['j', 'k']);

const TYPED_INTO = 'input, textarea, select, [contenteditable="true"], [role="combobox"]';

/** Where a key already means something, it goes on meaning that. */
const isTaken = (event: KeyboardEvent): boolean => {
  const { target } = event;
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPED_INTO) !== null) return true;
  if (document.querySelector('dialog[open]') !== null) return true;
  const presses = event.key === 'Enter' || event.key === ' ';
  return presses && target.closest('a, button, summary') !== null;
};

/**
 * Keys → what they do, anywhere on the page but in fields and dialogs. `mod+k` is Ctrl or ⌘ and works in fields too;
 * `g d` is one key after the other. Later mounts do not hide earlier ones: let pages take different keys.
 */
export const useShortcuts = (shortcuts: Shortcuts): void => {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  // With the page and not after its paint: what shows itself answers.
  useLayoutEffect(() => {
    let before = '';
    let before_ms = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const mod = event.ctrlKey || event.metaKey;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (event.repeat && !MAY_REPEAT.has(key)) return;
      if (mod) {
        const run = latest.current[`mod+${key}`];
        if (run === undefined || document.querySelector('dialog[open]') !== null) return;
        event.preventDefault();
        run();
        return;
      }
      if (!singleKeysOn() || isTaken(event)) return;
      const chord = event.timeStamp - before_ms < CHORD_MS ? `${before} ${key}` : '';
      // A key that begins a pair of another mounted set must not fire alone as the second one.
      const run = latest.current[chord] ?? (before === 'g' && chord !== '' ? undefined : latest.current[key]);
      before = run === undefined || chord === '' ? key : '';
      before_ms = event.timeStamp;
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
};
