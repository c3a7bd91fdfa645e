import type { ReactNode } from 'react';

export interface Fact {
  readonly label: string;
  /** Null or undefined: not known, and said so. */
  readonly value: ReactNode;
  /** Words for an unknown value. */
  readonly missing?: string;
}

/** Labels and values; what is not known is named as such instead of being left out. */
export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ label, value, missing = 'unknown' }) => (
        <div key={label} className="fact">
          <dt>{label}</dt>
          <dd>{value == null || value === '' ? <span className="missing">{missing}</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
