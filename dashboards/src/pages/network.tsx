import { useSearch } from '@tanstack/react-router';
import { EntityDecisions } from '../components/entity-decisions.tsx';
import { useTitle } from '../components/use-title.ts';

/** One autonomous system: what came from it. */
export function NetworkPage() {
  useTitle('Network');
  const { asn } = useSearch({ from: '/app/network' });
  if (asn === undefined) {
    return (
      <div className="empty empty-page">
        <h1>Which network?</h1>
        <p>
          Press <kbd>/</kbd> and type an AS number, such as AS64496.
        </p>
      </div>
    );
  }
  return (
    <div className="page" data-testid="network-page">
      <div className="page-head">
        <h1>
          <span className="kind">Network</span> AS{asn}
        </h1>
      </div>
      <EntityDecisions criteria={{ asn: Number(asn) }} search={{ asn }} words="from this network" />
    </div>
  );
}
