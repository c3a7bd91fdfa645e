/** What was asked for on the command line cannot be done; the message is one sentence for that person. */
export class CommandRefused extends Error {
  readonly code = 'command_refused';
}
