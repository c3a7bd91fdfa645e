import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { readSession } from './api/client.ts';
import { createQueryClient, sessionQuery } from './api/queries.ts';
import { FormatProvider } from './components/format-context.tsx';
import { createFormat } from './lib/format.ts';
import { takeLinkToken } from './lib/link-token.ts';
import { safeReturnPath } from './lib/url-state.ts';
import { createAppRouter } from './router.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/data.css';
import './styles/pages.css';

const start = (host: HTMLElement): void => {
  // Before the router looks at the address, so that the token enters no history entry.
  let token = takeLinkToken(window.location, window.history);
  const takeToken = (): string | null => {
    const taken = token ?? takeLinkToken(window.location, window.history);
    token = null;
    return taken;
  };
  const queryClient = createQueryClient(() => {
    if (router.state.location.pathname === '/sign-in') return;
    queryClient.removeQueries({ queryKey: sessionQuery().queryKey });
    const back = safeReturnPath(router.state.location.href);
    void router.navigate({
      to: '/sign-in',
      search: { reason: 'expired', ...(back === undefined || back === '/' ? {} : { return: back }) },
    });
  });
  // Asked for with the page (index.html), and nobody else asks here: left alone, the answer would be given to whoever asks
  // later, long after it was true.
  if (window.location.pathname === '/sign-in') void readSession().catch(() => undefined);
  const router = createAppRouter({ queryClient, takeToken });
  const show = (): void =>
    createRoot(host).render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <FormatProvider format={createFormat()}>
            <RouterProvider router={router} />
          </FormatProvider>
        </QueryClientProvider>
      </StrictMode>,
    );
  // Nothing can be shown before it is known whose session this is: rendering only then renders once instead of twice.
  router.load().then(show, show);
};

const host = document.getElementById('root');
if (host === null) throw new Error('index.html has no #root');
start(host);
