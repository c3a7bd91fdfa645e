import { parseHref } from '@tanstack/history';
import type { QueryClient } from '@tanstack/react-query';
import {
  createBrowserHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { isProblem } from './api/problem.ts';
import { sessionQuery } from './api/queries.ts';
import type { Session } from './api/types.ts';
import { AppShell } from './components/app-shell.tsx';
import { fromAddress, toAddress } from './lib/fragment-state.ts';
import { pageChunk } from './lib/page-chunk.ts';
import {
  parseAddressSearch,
  parseAppSearch,
  parseDecisionsSearch,
  parseDeviceSearch,
  parseHealthSearch,
  parseNetworkSearch,
  parseOverviewSearch,
  parseQuery,
  parseReviewSearch,
  parseSignInSearch,
  parseUserSearch,
  safeReturnPath,
  stringifyQuery,
} from './lib/url-state.ts';
import { FailedPage } from './pages/failed.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { SignInPage } from './pages/sign-in.tsx';

export interface RouterContext {
  readonly queryClient: QueryClient;
  /** The one-time token that the page was opened with or that came into the address since; each only once. */
  readonly takeToken: () => string | null;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: parseSignInSearch,
  component: SignInPage,
});

/** Everything behind the sign-in. Without a session it leads there, and back afterwards. */
const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  validateSearch: parseAppSearch,
  search: { middlewares: [retainSearchParams(['tz'])] },
  beforeLoad: async ({ context, location }): Promise<{ session: Session }> => {
    try {
      return { session: await context.queryClient.ensureQueryData(sessionQuery()) };
    } catch (error) {
      if (!isProblem(error, 401)) throw error;
      const back = safeReturnPath(location.href);
      throw redirect({ to: '/sign-in', search: back === undefined || back === '/' ? {} : { return: back } });
    }
  },
  errorComponent: ({ error }) => (
    <main id="content">
      <FailedPage error={error} />
    </main>
  ),
  component: function App() {
    const { session } = app.useRouteContext();
    const { tz } = app.useSearch();
    return <AppShell session={session} zone={tz} />;
  },
});

const overview = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: parseOverviewSearch,
  component: OverviewPage,
});

const decisions = createRoute({
  getParentRoute: () => app,
  path: '/decisions',
  validateSearch: parseDecisionsSearch,
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/decisions.tsx')),
    'DecisionsPage',
  ),
});

const decision = createRoute({
  getParentRoute: () => app,
  path: '/decisions/$decisionId',
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/decision.tsx')),
    'DecisionPage',
  ),
});

/** Ids of people and addresses stand in the fragment (lib/fragment-state.ts), never in the path. */
const user = createRoute({
  getParentRoute: () => app,
  path: '/user',
  validateSearch: parseUserSearch,
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/user.tsx')),
    'UserPage',
  ),
});

const address = createRoute({
  getParentRoute: () => app,
  path: '/address',
  validateSearch: parseAddressSearch,
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/entity.tsx')),
    'AddressPage',
  ),
});

const network = createRoute({
  getParentRoute: () => app,
  path: '/network',
  validateSearch: parseNetworkSearch,
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/entity.tsx')),
    'NetworkPage',
  ),
});

const device = createRoute({
  getParentRoute: () => app,
  path: '/device',
  validateSearch: parseDeviceSearch,
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/entity.tsx')),
    'DevicePage',
  ),
});

const review = createRoute({
  getParentRoute: () => app,
  path: '/review',
  validateSearch: parseReviewSearch,
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/review.tsx')),
    'ReviewPage',
  ),
});

const health = createRoute({
  getParentRoute: () => app,
  path: '/health',
  validateSearch: parseHealthSearch,
  component: lazyRouteComponent(
    pageChunk(() => import('./pages/health.tsx')),
    'HealthPage',
  ),
});

/** Whatever else: said inside the shell, so that the way on is at hand. */
const nowhere = createRoute({ getParentRoute: () => app, path: '$', component: NotFoundPage });

const tree = root.addChildren([
  signIn,
  app.addChildren([overview, decisions, decision, user, address, network, device, review, health, nowhere]),
]);

const createFragmentHistory = () =>
  createBrowserHistory({
    parseLocation: () => parseHref(fromAddress(window.location), window.history.state),
    createHref: toAddress,
  });

export const createAppRouter = (context: RouterContext) =>
  createRouter({
    routeTree: tree,
    context,
    history: createFragmentHistory(),
    parseSearch: parseQuery,
    stringifySearch: stringifyQuery,
    defaultPreload: 'intent',
    // The data lives in the query cache; the router must not keep a second copy.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: FailedPage,
    defaultNotFoundComponent: NotFoundPage,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
