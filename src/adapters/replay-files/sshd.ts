import type { RiskRequest } from '../../contracts/http/risk-request.ts';
import type { ReplayFormat, ReplayReader } from '../../ports/replay-files.ts';
import { readCsvHeader } from './csv-columns.ts';
import { splitCsvRecord } from './csv-record.ts';
import { occurredAtOf } from './occurred-at.ts';

const REQUIRED = ['ts', 'host', 'user', 'ip', 'method', 'outcome', 'invalid_user', 'count'] as const;
const METHODS: ReadonlyMap<string, string> = new Map([
  ['password', 'password'],
  // A key that the user's machine holds: none of the first factors that the API names.
  ['publickey', 'x_publickey'],
]);
/** More repeats in one line than any log rotation holds are a mistake in the file. */
const MOST_REPEATS = 100_000;

/**
 * A parsed OpenSSH log as CSV: `ts,host,user,ip,method,outcome,invalid_user,count`. The host is the application, and
 * `count` makes one line that many events in a row ("message repeated 5 times").
 *
 * A name that the host has no account for is only what was typed; of an account both id and typed name are given.
 * Names may be empty when the attempt failed.
 */
export const sshd: ReplayFormat = { hasHeader: true, open: openSshd };

function openSshd(header: string | null): ReplayReader {
  const columns = readCsvHeader(header, REQUIRED, 'sshd');
  const [ts, host, user, ip, method, outcome, invalidUser, count] = REQUIRED.map(columns.at) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];

  const read: ReplayReader['read'] = (line) => {
    const bad = (problem: string) => ({ ok: false as const, eventId: null, problem });
    const fields = splitCsvRecord(line);
    if (fields === null) return bad('has a quoted field that does not end');
    if (fields.length !== columns.width) {
      return bad(`has ${fields.length} columns instead of ${columns.width}`);
    }
    const field = (at: number): string => fields[at] ?? '';
    const succeeded = field(outcome) === 'success';
    if (!succeeded && field(outcome) !== 'failure' && field(outcome) !== 'invalid_user') {
      return bad('has an outcome that is none of success, failure, invalid_user');
    }
    const times = Number(field(count));
    if (!Number.isInteger(times) || times < 1 || times > MOST_REPEATS) {
      return bad(`has a count that is no whole number from 1 to ${MOST_REPEATS}`);
    }
    const name = field(user) === '' ? null : field(user);
    const isAccount = field(invalidUser).toLowerCase() !== 'true';
    const body: RiskRequest = {
      status: succeeded ? 'succeeded' : 'failed',
      occurred_at: field(ts),
      user: { id: isAccount ? name : null, login: name },
      context: { ip: field(ip) },
      application: { id: field(host) === '' ? null : field(host) },
      authentication: { method: METHODS.get(field(method)) ?? null },
    };
    return {
      ok: true,
      body,
      dryRun: false,
      onChallenge: 'succeeded',
      times,
      stated: null,
      label: null,
    };
  };
  return {
    read,
    occurredAt(text) {
      const line = read(text);
      return line.ok ? occurredAtOf(line.body) : null;
    },
  };
}
