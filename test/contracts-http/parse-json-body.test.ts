import { describe, expect, it } from 'vitest';
import { parseJsonBody } from '../../src/contracts/http/parse-json-body.ts';

describe('parseJsonBody', () => {
  it('reads text and bytes alike', () => {
    expect(parseJsonBody('{"a":"ü"}')).toEqual({ ok: true, value: { a: 'ü' } });
    expect(parseJsonBody(Buffer.from('{"a":"ü"}'))).toEqual({ ok: true, value: { a: 'ü' } });
  });

  it('passes over a byte order mark', () => {
    expect(parseJsonBody(Buffer.from('\ufeff{"a":1}'))).toEqual({ ok: true, value: { a: 1 } });
  });

  it('does not let a byte that is no UTF-8 fail a login: an end user can send one', () => {
    const bytes = Buffer.concat([Buffer.from('{"ua":"x'), Buffer.from([0xe9]), Buffer.from('"}')]);
    expect(parseJsonBody(bytes)).toEqual({ ok: true, value: { ua: 'x\ufffd' } });
  });

  it('makes __proto__ an own field and pollutes nothing', () => {
    const parsed = parseJsonBody('{"__proto__":{"polluted":true}}');
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('says where JSON breaks without quoting it', () => {
    const parsed = parseJsonBody('{"password":"hunter2",}');
    expect(parsed).toMatchObject({ ok: false, errors: [{ pointer: '' }] });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
    expect(JSON.stringify(parsed)).toMatch(/is not valid JSON \(at character \d+\)/);
  });

  it('says that an empty body is empty', () => {
    expect(parseJsonBody('')).toEqual({ ok: false, errors: [{ pointer: '', detail: 'is empty' }] });
  });
});
