import Type, { type Static } from 'typebox';
import { CLOSED } from './schema-parts.ts';

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
