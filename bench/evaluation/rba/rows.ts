import { readCsvHeader } from '../../../src/adapters/replay-files/csv-columns.ts';
import { splitCsvRecord } from '../../../src/adapters/replay-files/csv-record.ts';
import type { LoginFeatures } from '../baselines/login-features.ts';

/** A row of the data set as the baselines and the attackers see it. */
export interface RbaRow {
  readonly user: string;
  readonly features: LoginFeatures;
  readonly ip: string;
  readonly country: string;
  readonly region: string;
  readonly city: string;
  readonly asn: string;
  readonly userAgent: string;
  readonly succeeded: boolean;
  readonly attackAddress: boolean;
  readonly takeover: boolean;
  readonly time: string;
}

const COLUMNS = [
  'Login Timestamp',
  'User ID',
  'IP Address',
  'Country',
  'Region',
  'City',
  'ASN',
  'User Agent String',
  'Browser Name and Version',
  'OS Name and Version',
  'Device Type',
  'Login Successful',
  'Is Attack IP',
  'Is Account Takeover',
] as const;

/** Users under whom the data set gathers names that exist nowhere: whole, and as a spreadsheet rounded it. */
const CATCH_ALL = /^-4324475583306591935$|^-4\.32E\+18$/;

export const isCatchAll = (user: string): boolean => CATCH_ALL.test(user);

/** Reads lines by the header; `null` for a line that is no record of it. */
export function createRbaRowReader(header: string): (line: string) => RbaRow | null {
  const columns = readCsvHeader(header, COLUMNS, 'rba');
  const at = COLUMNS.map(columns.at);
  return (line) => {
    const fields = splitCsvRecord(line);
    if (fields === null || fields.length !== columns.width) return null;
    const [time, user, ip, country, region, city, asn, userAgent, browser, os, device, ok, attack, takeover] =
      at.map((column) => fields[column] ?? '');
    if (user === undefined || user === '') return null;
    return {
      user,
      features: {
        user,
        ip: [ip ?? '', asn ?? '', country ?? ''],
        ua: [userAgent ?? '', browser ?? '', os ?? '', device ?? ''],
        country: country ?? '',
        device: null,
      },
      ip: ip ?? '',
      country: country ?? '',
      region: region ?? '',
      city: city ?? '',
      asn: asn ?? '',
      userAgent: userAgent ?? '',
      succeeded: isTrue(ok),
      attackAddress: isTrue(attack),
      takeover: isTrue(takeover),
      time: time ?? '',
    };
  };
}

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true';
