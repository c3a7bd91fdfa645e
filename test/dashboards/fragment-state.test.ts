import { describe, expect, test } from 'vitest';
import { fromAddress, toAddress } from '../../dashboards/src/lib/fragment-state.ts';

const place = (address: string) => {
  const { pathname, search, hash } = new URL(address, 'http://gatehouse.example');
  return { pathname, search, hash };
};

describe('state in the fragment', () => {
  test('ids leave the part of the address that is sent to servers', () => {
    expect(toAddress('/user?id=u_42')).toBe('/user#id=u_42');
    expect(toAddress('/decisions?user=a%26b&range=24h')).toBe('/decisions#user=a%26b&range=24h');
    expect(toAddress('/decisions')).toBe('/decisions');
    expect(toAddress('/decisions?')).toBe('/decisions');
    expect(toAddress('/decisions#old')).toBe('/decisions');
  });

  test.each(['/', '/decisions?range=24h', '/user?id=%3Cb%3E+%26%23%3F%25'])(
    '%s survives the way out and back',
    (href) => {
      expect(fromAddress(place(toAddress(href)))).toBe(href);
    },
  );

  test('a query that somebody typed is read too, and the fragment has the last word', () => {
    expect(fromAddress(place('/decisions?user=a&ip=b#user=c'))).toBe('/decisions?user=c&ip=b');
  });

  test('a sign-in token is no state', () => {
    expect(fromAddress(place('/sign-in?return=%2Fhealth#token=secret'))).toBe('/sign-in?return=%2Fhealth');
    expect(fromAddress(place('/sign-in#token=secret'))).toBe('/sign-in');
  });
});
