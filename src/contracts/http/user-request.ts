import Type, { type Static } from 'typebox';
import { Actor } from './feedback-request.ts';
import { Absent, CLOSED } from './schema-parts.ts';

/** The body of `POST /v1/users/lookup`, `/v1/users/export` and `/v1/users/erase`: ids of people travel in bodies. */
export const UserRequest = Type.Object(
  {
    user_id: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'As sent in `user.id`.',
      examples: ['u_42'],
    }),
  },
  { ...CLOSED, $id: 'UserRequest', title: 'UserRequest' },
);
export type UserRequest = Static<typeof UserRequest>;

/** The body of `POST /v1/users/forget-device`. */
export const ForgetDeviceRequest = Type.Object(
  {
    user_id: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'As sent in `user.id`.',
      examples: ['u_42'],
    }),
    device_key: Type.String({ minLength: 1, maxLength: 64, description: 'As in `event.device.key`.' }),
    actor: Absent(Actor),
    note: Absent(Type.String({ maxLength: 2_000, description: 'For colleagues.' })),
  },
  { ...CLOSED, $id: 'ForgetDeviceRequest', title: 'ForgetDeviceRequest' },
);
export type ForgetDeviceRequest = Static<typeof ForgetDeviceRequest>;
