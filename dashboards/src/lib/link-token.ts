interface Place {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

interface AddressBar {
  replaceState(data: unknown, unused: string, url: string): void;
}

/**
 * Takes the one-time token of a sign-in link (`/sign-in#token=…`) out of the address bar, so that it stays neither
 * there nor in the history. It lives in the fragment because fragments reach no server, log or `Referer`.
 */
export const takeLinkToken = (place: Place, history: AddressBar): string | null => {
  if (place.pathname !== '/sign-in' || place.hash.length < 2) return null;
  const token = new URLSearchParams(place.hash.slice(1)).get('token');
  if (token === null) return null;
  history.replaceState(null, '', `${place.pathname}${place.search}`);
  return token === '' ? null : token;
};
