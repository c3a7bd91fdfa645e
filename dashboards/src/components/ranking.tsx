import { Link } from '@tanstack/react-router';
import { type Polling, panelQuery } from '../api/queries.ts';
import type { PanelRow } from '../api/types.ts';
import { clientWords } from '../lib/place-words.ts';
import { countIn, textIn } from '../lib/rows.ts';
import { sentence } from '../lib/text.ts';
import type { RangeSearch } from '../lib/time-range.ts';
import { QueryPanel } from './query-panel.tsx';
import { type RankRow, RankTable } from './rank-table.tsx';
import { Untrusted } from './untrusted.tsx';

const TOP = { limit: '8' };

const ranked = (row: PanelRow, key: string, label: RankRow['label']): RankRow => ({
  key,
  label,
  n: countIn(row, 'n'),
  failed: countIn(row, 'failed'),
  challenged: countIn(row, 'challenged'),
  blocked: countIn(row, 'blocked'),
});

const networkRow = (row: PanelRow, range: RangeSearch): RankRow => {
  const asn = textIn(row, 'asn');
  const name = textIn(row, 'as_name');
  if (asn === null || asn === '0') return ranked(row, 'unknown', <span className="missing">unknown</span>);
  return ranked(
    row,
    asn,
    <Link to="/network" search={{ ...range, asn }}>
      <Untrusted>{name ?? `AS${asn}`}</Untrusted>
    </Link>,
  );
};

const clientRow = (row: PanelRow, range: RangeSearch): RankRow => {
  const browser = textIn(row, 'browser');
  const os = textIn(row, 'os');
  const kind = textIn(row, 'device_type');
  const words = clientWords({ browser, os });
  const search = { ...range, ...(browser === null ? {} : { browser }), ...(os === null ? {} : { os }) };
  return ranked(
    row,
    `${browser} ${os} ${kind}`,
    words === null ? (
      <span className="missing">unknown</span>
    ) : (
      <>
        <Link to="/decisions" search={search}>
          <Untrusted>{words}</Untrusted>
        </Link>{' '}
        {kind !== null && <span className="category">{sentence(kind).toLowerCase()}</span>}
      </>
    ),
  );
};

const RANKINGS = {
  networks: { title: 'Networks', what: 'Network', rowOf: networkRow },
  clients: { title: 'Clients', what: 'Client', rowOf: clientRow },
} as const;

interface RankingProps {
  readonly of: keyof typeof RANKINGS;
  readonly polling: Polling;
  readonly range: RangeSearch;
}

/** The networks or clients with the most decisions. */
export function Ranking({ of, polling, range }: RankingProps) {
  const { title, what, rowOf } = RANKINGS[of];
  return (
    <QueryPanel
      title={title}
      what={`the ${of}`}
      testId={of}
      className="area-half"
      query={panelQuery(of, polling, TOP)}
      lines={8}
    >
      {({ rows }) => (
        <RankTable
          caption={`${title} by number of decisions`}
          what={what}
          rows={rows.map((row) => rowOf(row, range))}
          empty="No decision in this range."
        />
      )}
    </QueryPanel>
  );
}
