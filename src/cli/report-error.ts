import { CommanderError } from 'commander';
import { InvalidKeyRequest } from '../app/api-keys.ts';
import { PolicyRefused } from '../app/load-policy.ts';
import { ConfigError } from '../config.ts';
import { AnalyticsError } from '../ports/analytics-errors.ts';
import { LogUnavailable, LogUnreadable } from '../ports/log-errors.ts';
import { ReplayFileError } from '../ports/replay-files.ts';
import { CommandRefused } from './command-refused.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    it could not be done; the last line on standard error says why
  2    the command line was not understood
  130  interrupted`;

/** Refusals whose message is one sentence for the person at the terminal. */
const KNOWN = [
  CommandRefused,
  ConfigError,
  PolicyRefused,
  InvalidKeyRequest,
  ReplayFileError,
  AnalyticsError,
  LogUnavailable,
  LogUnreadable,
] as const;

/** Says what went wrong and gives the exit code. What nobody foresaw is shown with its stack. */
export function reportError(error: unknown, say: (text: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ReplayFileError && error.code === 'interrupted') {
    say(`${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof Error && KNOWN.some((known) => error instanceof known)) {
    say(`${error.message}\n`);
    return EXIT.failed;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(`Gatehouse stopped because of a fault of its own; please report the lines below.\n${trace}\n`);
  return EXIT.failed;
}
