import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { signOut } from '../api/client.ts';
import type { Session } from '../api/types.ts';
import { createFormat } from '../lib/format.ts';
import { useShortcuts } from '../lib/shortcuts.ts';
import { storeZone, useStoredZone } from '../lib/stored-zone.ts';
import { chooseTheme, nextTheme, readTheme } from '../lib/theme.ts';
import { browserZone } from '../lib/zone.ts';
import { type Command, CommandPalette } from './command-palette.tsx';
import { FormatProvider } from './format-context.tsx';
import { GateIcon, SearchIcon, SignOutIcon } from './icons.tsx';
import { ShortcutHelp } from './shortcut-help.tsx';
import { ThemeToggle } from './theme-toggle.tsx';
import { Untrusted } from './untrusted.tsx';
import { useIdle } from './use-idle.ts';
import { ZonePicker } from './zone-picker.tsx';

const PAGES = [
  { to: '/', label: 'Overview', keys: 'g o' },
  { to: '/decisions', label: 'Decisions', keys: 'g d' },
  { to: '/review', label: 'Review', keys: 'g r' },
  { to: '/health', label: 'Health', keys: 'g h' },
] as const;

/** After a move to another page, keyboard and screen reader begin at its content, not where the last one ended. */
const useFocusOnNavigation = () => {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== undefined && before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  return main;
};

const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent);

interface AppShellProps {
  readonly session: Session;
  /** The zone that the address names. */
  readonly zone: string | undefined;
}

/** What every page behind the sign-in shares: skip link, navigation, search, zone, theme, session, shortcuts. */
export function AppShell({ session, zone }: AppShellProps) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const main = useFocusOnNavigation();
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  const stored = useStoredZone();
  const timeZone = zone ?? stored;
  const format = useMemo(() => createFormat({ timeZone }), [timeZone]);
  const leave = useMutation({
    mutationFn: signOut,
    // Even if the server did not hear it, this page must not go on showing what it holds.
    onSettled: async () => {
      await navigate({ to: '/sign-in', search: { reason: 'signed_out' } });
      queryClient.clear();
    },
  });
  // A colleague who opens the address must read the same times.
  useEffect(() => {
    if (zone !== undefined || stored === undefined) return;
    void navigate({ to: '.', search: (before) => ({ ...before, tz: stored }), replace: true });
  }, [zone, stored, navigate]);
  const chooseZone = (next: string): void => {
    storeZone(next);
    void navigate({ to: '.', search: (before) => ({ ...before, tz: next }), replace: true });
  };
  const toNextTheme = (): void => chooseTheme(nextTheme(readTheme()));
  useShortcuts({
    'mod+k': () => setOpen('palette'),
    '/': () => setOpen('palette'),
    '?': () => setOpen('help'),
    t: toNextTheme,
    ...Object.fromEntries(PAGES.map(({ to, keys }) => [keys, () => void navigate({ to })])),
  });
  const commandsOf = (): readonly Command[] => [
    ...PAGES.map(({ to, label, keys }) => ({
      id: to,
      group: 'Page',
      label,
      keys,
      run: () => void navigate({ to }),
    })),
    { id: 'theme', group: 'Do', label: 'Switch theme', keys: 't', run: toNextTheme },
    { id: 'utc', group: 'Do', label: 'Show times in UTC', run: () => chooseZone('UTC') },
    {
      id: 'local',
      group: 'Do',
      label: 'Show times as this browser does',
      run: () => chooseZone(browserZone()),
    },
    { id: 'help', group: 'Do', label: 'Keyboard shortcuts', keys: '?', run: () => setOpen('help') },
    { id: 'leave', group: 'Do', label: 'Sign out', run: () => leave.mutate() },
  ];
  // The names of time zones are the first thing a browser takes long for; the page is usable before they are there.
  const idle = useIdle();
  return (
    <FormatProvider format={format}>
      {/* A button: a link to `#content` would replace the state that the fragment holds. */}
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header className="topbar">
        <Link to="/" className="brand" aria-label="Gatehouse, overview">
          <GateIcon />
          <span>Gatehouse</span>
        </Link>
        <nav className="topnav" aria-label="Main">
          {PAGES.map(({ to, label }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
              {label}
            </Link>
          ))}
        </nav>
        <div className="topbar-end">
          <button
            type="button"
            className="finder"
            onClick={() => setOpen('palette')}
            aria-label={`Search or go to ${isMac() ? '⌘ K' : 'Ctrl K'}`}
            data-testid="open-palette"
          >
            <SearchIcon />
            <span className="finder-words">Search or go to</span> <kbd>{isMac() ? '⌘ K' : 'Ctrl K'}</kbd>
          </button>
          {idle ? <ZonePicker onChange={chooseZone} /> : <span className="zone" aria-hidden="true" />}
          <span className="tenant">
            <span className="visually-hidden">Tenant </span>
            <Untrusted cut>{session.tenant}</Untrusted>
          </span>
          <ThemeToggle />
          <button
            type="button"
            className="button button-icon"
            onClick={() => leave.mutate()}
            disabled={leave.isPending}
            aria-label="Sign out"
            title="Sign out"
            data-testid="sign-out"
          >
            <SignOutIcon />
          </button>
        </div>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      {open === 'palette' && <CommandPalette commands={commandsOf()} onClose={() => setOpen(null)} />}
      {open === 'help' && <ShortcutHelp onClose={() => setOpen(null)} />}
    </FormatProvider>
  );
}
