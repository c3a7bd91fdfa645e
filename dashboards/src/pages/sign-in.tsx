import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouteContext, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { type Credentials, signIn } from '../api/client.ts';
import { isProblem } from '../api/problem.ts';
import { sessionQuery } from '../api/queries.ts';
import { GateIcon, WarnIcon } from '../components/icons.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { ThemeToggle } from '../components/theme-toggle.tsx';
import { useTitle } from '../components/use-title.ts';

const refusal = (credentials: Credentials): string =>
  'link_token' in credentials
    ? 'This link does not work any more. It is good for ten minutes and for one sign-in: take the newest one from the terminal, or use an API key.'
    : 'This key is not accepted. It may be mistyped, revoked, or of another server.';

/** Signs in by the one-time link at once, or by an API key; says what to do when either is refused. */
export function SignInPage() {
  useTitle('Sign in');
  const search = useSearch({ from: '/sign-in' });
  const { takeToken } = useRouteContext({ from: '/sign-in' });
  const router = useRouter();
  const queryClient = useQueryClient();
  const enter = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      queryClient.setQueryData(sessionQuery().queryKey, session);
      router.history.replace(search.return ?? '/');
    },
  });
  const { mutate } = enter;
  useEffect(() => {
    const openLink = (): void => {
      const token = takeToken();
      if (token !== null) mutate({ link_token: token });
    };
    openLink();
    // A newer link pasted into this very tab changes only the fragment: the page is not loaded again.
    window.addEventListener('hashchange', openLink);
    return () => window.removeEventListener('hashchange', openLink);
  }, [takeToken, mutate]);

  const refused = isProblem(enter.error) && [400, 401, 403, 404, 410, 422].includes(enter.error.status);
  const byLink = enter.variables !== undefined && 'link_token' in enter.variables;
  return (
    <main className="sign-in" id="content">
      <div className="sign-in-corner">
        <ThemeToggle />
      </div>
      <div className="sign-in-card">
        <p className="brand">
          <GateIcon />
          <span>Gatehouse</span>
        </p>
        <h1>Sign in</h1>
        {search.reason === 'expired' && !enter.isError && (
          <p className="note-warn" role="status" data-testid="session-expired">
            <WarnIcon />
            <span>Your session has ended. Sign in again to go on where you were.</span>
          </p>
        )}
        {search.reason === 'signed_out' && !enter.isError && (
          <p className="sign-in-said" role="status">
            You are signed out.
          </p>
        )}
        <p className="muted">
          Open the sign-in link that <code>npm start</code> prints on its terminal (elsewhere it is in a file
          of the data directory), or enter an API key with the scope <code>decisions:read</code>.
        </p>
        {refused && enter.variables !== undefined && (
          <p className="note-warn" role="alert" data-testid="sign-in-refused">
            <WarnIcon />
            <span>{refusal(enter.variables)}</span>
          </p>
        )}
        {enter.isError && !refused && (
          <ProblemNote
            what="Signing in failed"
            error={enter.error}
            {...(enter.variables === undefined ? {} : { onRetry: () => enter.mutate(enter.variables) })}
          />
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const key = String(new FormData(event.currentTarget).get('api_key') ?? '').trim();
            if (key !== '') enter.mutate({ api_key: key });
          }}
        >
          <label className="field">
            <span>API key</span>
            <input
              className="input"
              name="api_key"
              type="password"
              required
              autoComplete="current-password"
              spellCheck="false"
              data-testid="api-key"
            />
          </label>
          <button type="submit" className="button button-strong button-wide" disabled={enter.isPending}>
            {enter.isPending ? (byLink ? 'Opening your link…' : 'Signing in…') : 'Sign in'}
          </button>
        </form>
        <p className="sign-in-foot">
          The key is exchanged for a session cookie and is not kept in this browser.
        </p>
      </div>
    </main>
  );
}
