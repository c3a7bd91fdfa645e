import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { signOut } from '../api/client.ts';
import type { Session } from '../api/types.ts';
import { useFormat } from './format-context.tsx';
import { GateIcon, SignOutIcon } from './icons.tsx';
import { ThemeToggle } from './theme-toggle.tsx';
import { Untrusted } from './untrusted.tsx';

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

/** What every page behind the sign-in shares: skip link, navigation, zone, theme, session. */
export function AppShell({ session }: { readonly session: Session }) {
  const format = useFormat();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const main = useFocusOnNavigation();
  const leave = useMutation({
    mutationFn: signOut,
    // Even if the server did not hear it, this page must not go on showing what it holds.
    onSettled: async () => {
      await navigate({ to: '/sign-in', search: { reason: 'signed_out' } });
      queryClient.clear();
    },
  });
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <header className="topbar">
        <Link to="/" className="brand" aria-label="Gatehouse, overview">
          <GateIcon />
          <span>Gatehouse</span>
        </Link>
        <nav className="topnav" aria-label="Main">
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
            Overview
          </Link>
          <Link to="/decisions" activeOptions={{ includeSearch: false }}>
            Decisions
          </Link>
        </nav>
        <div className="topbar-end">
          <span className="zone" title="All times are shown in this zone" data-testid="time-zone">
            {format.zoneLabel}
          </span>
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
    </>
  );
}
