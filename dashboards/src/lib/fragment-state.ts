/**
 * The application's state (filters, range, whose page it is) stands in the fragment of the address, `/user#id=u_42`:
 * links can be sent and reloaded, while ids of people and addresses reach no server, proxy, log or `Referer`, because
 * fragments are never sent. The router goes on speaking of a query.
 */

interface Place {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

/** A sign-in link's token is nobody's state: the sign-in page takes it out of the address itself. */
const NOT_STATE = 'token';

/** The router's address → the browser's: `/user?id=u_42` → `/user#id=u_42`. */
export const toAddress = (href: string): string => {
  const bare = href.split('#')[0] ?? '';
  const mark = bare.indexOf('?');
  if (mark < 0) return bare;
  const state = bare.slice(mark + 1);
  return state === '' ? bare.slice(0, mark) : `${bare.slice(0, mark)}#${state}`;
};

/** The browser's address → the router's. What stands in a query is read too; the fragment has the last word. */
export const fromAddress = ({ pathname, search, hash }: Place): string => {
  const state = new URLSearchParams(search);
  for (const [name, value] of new URLSearchParams(hash.replace(/^#/, ''))) state.set(name, value);
  state.delete(NOT_STATE);
  const text = state.toString();
  return text === '' ? pathname : `${pathname}?${text}`;
};
