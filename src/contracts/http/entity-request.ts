import Type, { type Static } from 'typebox';
import { Absent, CLOSED, Time } from './schema-parts.ts';

/** The body of `POST /v1/entities/lookup`: exactly one subject. */
export const EntityRequest = Type.Object(
  {
    address: Absent(Type.String({ minLength: 1, maxLength: 64, description: 'IPv4 or IPv6 address.' })),
    network: Absent(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'As in `facts.network`.',
        examples: ['203.0.113.0/24'],
      }),
    ),
    asn: Absent(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        description: 'Autonomous system number (RFC 6793).',
      }),
    ),
    device_id: Absent(Type.String({ minLength: 1, description: 'As sent in `device.id`.' })),
    device_key: Absent(
      Type.String({ minLength: 1, maxLength: 64, description: 'As in `event.device.key`.' }),
    ),
    from: Absent(Time('Inclusive; 30 days before `to` when absent.')),
    to: Absent(Time('Exclusive; now when absent.')),
  },
  { ...CLOSED, $id: 'EntityRequest', title: 'EntityRequest' },
);
export type EntityRequest = Static<typeof EntityRequest>;
