import { describe, expect, test } from 'vitest';
import { problemFrom } from '../../dashboards/src/api/problem.ts';
import { browserWords, systemWords } from '../../dashboards/src/lib/client-words.ts';
import { firstLoginCommand } from '../../dashboards/src/lib/first-login.ts';
import { reveal, sentence, splitCode } from '../../dashboards/src/lib/text.ts';
import { whyWords } from '../../dashboards/src/lib/words.ts';

describe('text that an attacker may have written', () => {
  test('hides nothing: controls, direction overrides and zero-width characters are shown', () => {
    expect(reveal('user\u202egnp.exe')).toBe('user\\u202egnp.exe');
    expect(reveal('a\u0000b\u001b[31m\r\n')).toBe('a\\u0000b\\u001b[31m\\u000d\\u000a');
    expect(reveal('ad\u200bmin\ufeff\u2066\u2069\u061c\u00ad')).toBe(
      'ad\\u200bmin\\ufeff\\u2066\\u2069\\u061c\\u00ad',
    );
  });

  test('shows the spaces around it, which tell two ids apart', () => {
    expect(reveal(' bob ')).toBe('\\u0020bob\\u0020');
    expect(reveal('New York')).toBe('New York');
  });

  test('honest writing is left alone: accents, right-to-left scripts, joined emoji', () => {
    for (const text of ['maría', 'أحمد', 'שלום', '👩‍💻', 'می‌خواهم', 'u_42', '日本語']) {
      expect(reveal(text)).toBe(text);
    }
  });
});

describe('codes in words', () => {
  test('read as a sentence with their category apart', () => {
    expect(splitCode('location.impossible_travel')).toEqual({
      category: 'location',
      words: 'Impossible travel',
    });
    expect(splitCode('network.new_as')).toEqual({ category: 'network', words: 'New AS' });
    expect(splitCode('odd')).toEqual({ category: '', words: 'Odd' });
  });

  test('strange ones survive', () => {
    expect(sentence('')).toBe('');
    expect(sentence('__proto__')).toBe('Proto');
    expect(whyWords('constructor_x')).toBe('constructor x');
  });
});

describe('a failed call', () => {
  const headers = { requestId: 'r1', retryAfter: null };

  test('is told in the server’s words, fields included', () => {
    const problem = problemFrom(
      400,
      {
        title: 'Bad request',
        detail: 'No.',
        errors: [{ pointer: '/ip', detail: 'not an address' }, 'x', {}],
      },
      headers,
    );
    expect(problem).toMatchObject({
      status: 400,
      title: 'Bad request',
      detail: 'No.',
      requestId: 'r1',
      fields: [{ pointer: '/ip', detail: 'not an address' }],
    });
  });

  test('without a readable body still says what happened', () => {
    for (const body of [null, 'html', [], { title: 7 }]) {
      expect(problemFrom(503, body, { requestId: null, retryAfter: '7' })).toMatchObject({
        title: 'Temporarily unavailable',
        detail: null,
        retryAfter_s: 7,
      });
    }
  });

  test('a date in Retry-After is not taken for seconds', () => {
    const retryAfter = 'Wed, 21 Oct 2026 07:28:00 GMT';
    expect(problemFrom(429, null, { requestId: null, retryAfter }).retryAfter_s).toBeNull();
  });
});

test('the first login’s command names this server, carries valid JSON and no real key', () => {
  const command = firstLoginCommand('http://127.0.0.1:8080');
  expect(command).toContain('http://127.0.0.1:8080/v1/risk');
  expect(command).toContain('Bearer YOUR_API_KEY');
  const body = /-d '(.*)'$/s.exec(command)?.[1] ?? '';
  expect(JSON.parse(body)).toMatchObject({ user: { id: 'u_42' } });
});

describe('a client in words', () => {
  test('is written as its makers write it, with what is known of its version', () => {
    expect(browserWords({ browser: 'chrome', browser_major: 141 })).toBe('Chrome 141');
    expect(systemWords({ os: 'ios', os_version: '18.2' })).toBe('iOS 18.2');
    expect(systemWords({ os: 'windows', os_version: null })).toBe('Windows');
  });

  test('that is not known is nothing, not the word null', () => {
    expect(browserWords({ browser: null, browser_major: 141 })).toBeNull();
    expect(systemWords({})).toBeNull();
  });
});
