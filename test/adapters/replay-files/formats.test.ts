import { describe, expect, it } from 'vitest';
import { ndjson } from '../../../src/adapters/replay-files/ndjson.ts';
import { rba } from '../../../src/adapters/replay-files/rba.ts';
import { sshd } from '../../../src/adapters/replay-files/sshd.ts';

const RBA_HEADER =
  'index,Login Timestamp,User ID,Round-Trip Time [ms],IP Address,Country,Region,City,ASN,User Agent String,Browser Name and Version,OS Name and Version,Device Type,Login Successful,Is Attack IP,Is Account Takeover';
const rbaLine = (success: string, attack: string, takeover: string): string =>
  `7,2020-02-03 12:43:43.549,-432,626,10.0.65.171,NO,-,-,29695,"Mozilla/5.0 (KHTML, like Gecko)",Chrome 46,Android 4.1,mobile,${success},${attack},${takeover}`;

describe('the format rba', () => {
  it('maps the columns to a body of POST /v1/risk, times in UTC', () => {
    expect(rba.open(RBA_HEADER).read(rbaLine('True', 'False', 'False'))).toEqual({
      ok: true,
      body: {
        event_id: '7',
        status: 'succeeded',
        occurred_at: '2020-02-03T12:43:43.549Z',
        user: { id: '-432' },
        context: { ip: '10.0.65.171', user_agent: 'Mozilla/5.0 (KHTML, like Gecko)', rtt_ms: 626 },
      },
      dryRun: false,
      onChallenge: 'succeeded',
      times: 1,
      stated: { country: 'NO', region: null, city: null, asn: 29_695 },
      label: 'ordinary addresses',
    });
  });

  it('lets the labels reach nothing but the outcome of a challenge and the summary', () => {
    const { read } = rba.open(RBA_HEADER);
    const plain = read(rbaLine('FALSE', 'FALSE', 'FALSE'));
    const labelled = [read(rbaLine('FALSE', 'TRUE', 'FALSE')), read(rbaLine('FALSE', 'FALSE', 'TRUE'))];
    for (const line of labelled) {
      expect(line).toEqual({ ...plain, onChallenge: 'failed', label: expect.any(String) });
    }
  });

  it('finds the columns by name and refuses a file without them', () => {
    const reordered = RBA_HEADER.split(',').reverse().join(',');
    expect(() => rba.open(reordered)).not.toThrow();
    expect(() => rba.open('ts,host,user')).toThrow(/“Login Timestamp”/);
    expect(() => rba.open(null)).toThrow(/header/);
  });

  it.each([
    [rbaLine('yes', 'False', 'False'), /neither True nor False/],
    [rbaLine('True', 'False', 'False').replace('12:43:43.549', '43:43.5'), /Login Timestamp/],
    ['1,2,3', /3 columns instead of 16/],
    [rbaLine('True', 'False', 'False').replace('Gecko)"', 'Gecko)'), /does not end/],
  ])('says what is wrong with a line (%#)', (line, problem) => {
    expect(rba.open(RBA_HEADER).read(line)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(problem),
    });
  });
});

describe('the format sshd', () => {
  const HEADER = 'ts,host,user,ip,method,outcome,invalid_user,count';
  const { read } = sshd.open(HEADER);

  it('gives accounts by id and typed name, other names as typed only, and counts repeats', () => {
    expect(read('2017-03-30T16:00:01Z,web1,ada,192.0.2.1,publickey,success,False,1')).toMatchObject({
      body: {
        status: 'succeeded',
        user: { id: 'ada', login: 'ada' },
        application: { id: 'web1' },
        authentication: { method: 'x_publickey' },
      },
      times: 1,
    });
    expect(read('2017-03-30T16:00:01Z,web1,admin,192.0.2.1,,invalid_user,True,6')).toMatchObject({
      body: { status: 'failed', user: { id: null, login: 'admin' }, authentication: { method: null } },
      times: 6,
    });
    expect(read('2017-03-30T16:00:01Z,web1,,192.0.2.1,password,failure,True,1')).toMatchObject({
      ok: true,
      body: { user: { id: null, login: null } },
    });
  });

  it.each(['0', '-1', '1.5', '', 'x', '100001'])('refuses the count “%s”', (count) => {
    expect(read(`2017-03-30T16:00:01Z,web1,ada,192.0.2.1,password,failure,False,${count}`)).toMatchObject({
      ok: false,
    });
  });
});

describe('the format ndjson', () => {
  it('keeps dry_run and on_challenge out of the body', () => {
    const line = ndjson.open(null).read('{"event_id":"e","dry_run":true,"on_challenge":"denied"}');
    expect(line).toMatchObject({ ok: true, body: { event_id: 'e' }, dryRun: true, onChallenge: 'denied' });
    expect(Object.keys(line.ok ? (line.body as object) : {})).toEqual(['event_id']);
  });
});
