import type { PanelParameterShape } from '../../contracts/rows/panel.ts';

/** What every panel can be narrowed to; the SQL around `{{counts}}` knows them by name. */
export const FILTERS: readonly PanelParameterShape[] = [
  { name: 'application', type: 'string', required: false, description: 'Only this application.' },
  { name: 'type', type: 'string', required: false, description: 'Only this type of event, such as login.' },
  {
    name: 'source',
    type: 'string',
    required: false,
    description:
      'Only decisions that came this way: risk (asked), event (reported), import (reported history) or replay. Absent: all of them.',
  },
];

export const WINDOW: readonly PanelParameterShape[] = [
  {
    name: 'from',
    type: 'time',
    required: false,
    description: 'Start, RFC 3339, inclusive; a day before the end when absent.',
  },
  { name: 'to', type: 'time', required: false, description: 'End, RFC 3339, exclusive; now when absent.' },
];

export const LIMIT: PanelParameterShape = {
  name: 'limit',
  type: 'number',
  required: false,
  description: 'Rows at most, 1 to 250; 20 when absent.',
};
