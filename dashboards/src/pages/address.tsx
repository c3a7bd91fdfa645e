import { useSearch } from '@tanstack/react-router';
import { EntityDecisions } from '../components/entity-decisions.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useTitle } from '../components/use-title.ts';

/** One address: what came from it. */
export function AddressPage() {
  useTitle('Address');
  const { ip } = useSearch({ from: '/app/address' });
  if (ip === undefined) {
    return (
      <div className="empty empty-page">
        <h1>Which address?</h1>
        <p>
          Press <kbd>/</kbd> and type an IPv4 or IPv6 address.
        </p>
      </div>
    );
  }
  return (
    <div className="page" data-testid="address-page">
      <div className="page-head">
        <h1>
          <span className="kind">Address</span> <Untrusted mono>{ip}</Untrusted>
        </h1>
      </div>
      <EntityDecisions criteria={{ ip }} search={{ ip }} words="from this address" />
    </div>
  );
}
