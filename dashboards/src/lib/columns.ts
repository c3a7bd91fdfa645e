/** Columns of the decision table, in their order. Widths in pixels; `grow` shares what is left over. */
export const COLUMNS = [
  { id: 'time', label: 'Time', width: 138, fields: ['occurred_at'] },
  { id: 'action', label: 'Action', width: 116, fields: ['action', 'enforced'] },
  { id: 'risk', label: 'Risk', width: 172, fields: ['level', 'score'] },
  { id: 'user', label: 'User', width: 150, grow: true, fields: ['user_id'] },
  { id: 'event', label: 'Event', width: 108, fields: ['type', 'status'] },
  { id: 'from', label: 'From', width: 178, fields: ['ip', 'city', 'country'] },
  {
    id: 'network',
    label: 'Network and client',
    width: 190,
    grow: true,
    fields: ['asn', 'as_name', 'browser', 'os'],
  },
  { id: 'reason', label: 'First reason', width: 190, grow: true, fields: ['reasons'] },
  { id: 'outcome', label: 'Outcome', width: 118, fields: ['resolution', 'final_action'] },
  { id: 'verdict', label: 'Verdict', width: 112, fields: ['verdict'] },
  { id: 'application', label: 'Application', width: 110, fields: ['application'] },
  { id: 'device', label: 'Device', width: 128, fields: ['device_key'] },
  { id: 'agent', label: 'User agent', width: 260, fields: ['user_agent'] },
  { id: 'method', label: 'Method', width: 110, fields: ['method'] },
  { id: 'rule', label: 'Rule', width: 140, fields: ['rule', 'mode'] },
  { id: 'source', label: 'Source', width: 90, fields: ['source', 'degraded'] },
] as const satisfies readonly {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly grow?: boolean;
  readonly fields: readonly string[];
}[];

export type ColumnId = (typeof COLUMNS)[number]['id'];

export const COLUMN_IDS: readonly ColumnId[] = COLUMNS.map(({ id }) => id);

export const DEFAULT_COLUMNS: readonly ColumnId[] = [
  'time',
  'action',
  'risk',
  'user',
  'event',
  'from',
  'network',
  'reason',
];

/** From the URL; the default when nothing known is named. The time is always there: it opens the decision. */
export const parseColumns = (text: string | undefined): readonly ColumnId[] => {
  const named = (text ?? '').split(',');
  const known = COLUMN_IDS.filter((id) => named.includes(id));
  return known.length === 0 ? DEFAULT_COLUMNS : known.includes('time') ? known : ['time', ...known];
};

/** For the URL; undefined for the default. */
export const columnsText = (columns: readonly ColumnId[]): string | undefined => {
  const text = COLUMN_IDS.filter((id) => columns.includes(id)).join(',');
  return text === DEFAULT_COLUMNS.join(',') ? undefined : text;
};

/** The fields of an export that shows what the table shows. */
export const exportColumns = (columns: readonly ColumnId[]): readonly string[] => [
  'id',
  ...COLUMNS.filter(({ id }) => columns.includes(id)).flatMap(({ fields }) => [...fields]),
];
