import type { RiskRequest } from '../../contracts/http/risk-request.ts';
import type { ReplayFormat, ReplayReader } from '../../ports/replay-files.ts';
import { readCsvHeader } from './csv-columns.ts';
import { splitCsvRecord } from './csv-record.ts';
import { occurredAtOf } from './occurred-at.ts';

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/;
const REQUIRED = [
  'Login Timestamp',
  'User ID',
  'Round-Trip Time [ms]',
  'IP Address',
  'Country',
  'Region',
  'City',
  'ASN',
  'User Agent String',
  'Login Successful',
  'Is Attack IP',
  'Is Account Takeover',
] as const;

/**
 * The CSV of the "Login Data Set for Risk-Based Authentication" (Wiefling, Jørgensen, Thunem, Lo Iacono, "Pump Up
 * Password Security!", ACM TOPS 2022): one login a line, columns by their names, times in UTC.
 *
 * Country, region, city and AS number come from the columns. The labels reach nothing but `onChallenge` (who comes
 * from an attack address or takes an account over fails a challenge) and the summary. The parsed browser, system and
 * device columns are passed over: the user agent itself is there.
 */
export const rba: ReplayFormat = { hasHeader: true, open: openRba };

function openRba(header: string | null): ReplayReader {
  const columns = readCsvHeader(header, REQUIRED, 'rba');
  const [time, user, rtt, ip, country, region, city, asn, userAgent, success, attack, takeover] =
    REQUIRED.map(columns.at) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
  const index = columns.at('index');

  const read: ReplayReader['read'] = (line) => {
    const fields = splitCsvRecord(line);
    const eventId = (index < 0 ? undefined : fields?.[index]) || null;
    const bad = (problem: string) => ({ ok: false as const, eventId, problem });
    if (fields === null) return bad('has a quoted field that does not end');
    if (fields.length !== columns.width) {
      return bad(`has ${fields.length} columns instead of ${columns.width}`);
    }
    const field = (at: number): string => fields[at] ?? '';
    const succeeded = truth(field(success));
    const attacked = truth(field(attack));
    const taken = truth(field(takeover));
    if (succeeded === null || attacked === null || taken === null) {
      return bad('has a label that is neither True nor False');
    }
    const at = TIMESTAMP.exec(field(time));
    if (at === null) return bad('has a Login Timestamp that is not like 2020-02-03 12:43:30.772');
    const rtt_ms = field(rtt) === '' ? null : Math.round(Number(field(rtt)));
    const asNumber = Number(field(asn));
    const body: RiskRequest = {
      event_id: eventId,
      status: succeeded ? 'succeeded' : 'failed',
      occurred_at: `${at[1]}T${at[2]}Z`,
      user: { id: field(user) === '' ? null : field(user) },
      context: {
        ip: field(ip),
        user_agent: field(userAgent),
        rtt_ms: Number.isSafeInteger(rtt_ms) ? rtt_ms : null,
      },
    };
    return {
      ok: true,
      body,
      dryRun: false,
      onChallenge: attacked || taken ? 'failed' : 'succeeded',
      times: 1,
      stated: {
        country: stated(field(country)),
        region: stated(field(region)),
        city: stated(field(city)),
        asn: field(asn) !== '' && Number.isSafeInteger(asNumber) ? asNumber : null,
      },
      label: taken ? 'account takeovers' : attacked ? 'attack addresses' : 'ordinary addresses',
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

/** The data set writes `True`; spreadsheets make `TRUE` of it. */
function truth(text: string): boolean | null {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : null;
}

const stated = (text: string): string | null => (text === '' || text === '-' ? null : text);
