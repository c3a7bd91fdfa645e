import { Link } from '@tanstack/react-router';
import type { DecisionRow } from '../api/types.ts';
import { Untrusted } from './untrusted.tsx';

/** Of the keyed hash: enough to tell names apart by eye. */
const SHOWN = 10;

/**
 * Where a login names no user: the name that was typed, as its keyed hash (names themselves are not kept), which leads to
 * everything that was tried with it.
 */
export function Nobody({ row }: { readonly row: Pick<DecisionRow, 'login_key'> }) {
  if (row.login_key == null)
    return (
      <span className="missing" title="The request had neither user.id nor user.login">
        no user named
      </span>
    );
  return (
    <Link
      to="/decisions"
      search={{ login: row.login_key }}
      className="pivot"
      title="No account was named. This stands for the name that was typed; open what was tried with it."
    >
      <span className="missing">typed name</span> <Untrusted mono>{row.login_key.slice(0, SHOWN)}</Untrusted>
    </Link>
  );
}
