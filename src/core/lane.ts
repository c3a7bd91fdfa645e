import type { LoginEvent } from './event.ts';

/**
 * Whose order an event keeps in the log: the user's, else that of the name which was typed, else the address's. All
 * that a profile learns from is in one lane, so that a log in several parts still tells a user's story in order.
 */
export const laneOf = (event: LoginEvent): string =>
  event.user.key ?? event.user.loginKey ?? event.context.ip;
