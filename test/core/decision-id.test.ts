import { expect, test } from 'vitest';
import { decisionUuid, positionOfId } from '../../src/core/decision-id.ts';

const RANDOM = Uint8Array.from([0xff, 1, 2, 3, 4, 5, 6, 7, 8]);

test('an id is a UUIDv7 whose time is the millisecond of its position', () => {
  const at_ms = Date.UTC(2026, 10, 23, 1, 28, 40, 120);
  const uuid = decisionUuid(at_ms * 1000 + 987, RANDOM);
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)).toBe(at_ms);
});

test('an id names its position, with any prefix or none', () => {
  for (const position of [
    0,
    1,
    999,
    1000,
    1_790_000_000_000_123,
    1_790_000_000_000_999,
    (2 ** 43 - 1) * 1000,
  ]) {
    const uuid = decisionUuid(position, RANDOM, 1);
    expect(positionOfId(uuid)).toBe(position);
    expect(positionOfId(`dec_${uuid}`)).toBe(position);
    expect(positionOfId(`chl_${uuid}`)).toBe(position);
  }
});

test('ids order as their positions do', () => {
  const positions = [
    1_790_000_000_000_000, 1_790_000_000_000_001, 1_790_000_000_001_000, 1_790_000_001_000_000,
  ];
  const ids = positions.map((position) => decisionUuid(position, RANDOM));
  expect(ids.toSorted()).toEqual(ids);
});

test('the random bits of the id are those handed in, but for the variant', () => {
  expect(decisionUuid(0, RANDOM)).toBe('00000000-0000-7000-bf01-020304050607');
});

test('every other text names no position: ids of replays, other versions, broken ones', () => {
  for (const id of [
    '',
    'dec_',
    'dec_00000000-0000-8000-8000-000000000000',
    'dec_019a0000-0000-4000-8000-000000000000',
    'dec_019a0000-0000-7fff-8000-000000000000',
    'dec_019A0000-0000-7000-8000-00000000000g',
    'dec_dec_019a0000-0000-7000-8000-000000000000',
    'dec_019a0000-0000-7000-8000-000000000000\n',
  ]) {
    expect(positionOfId(id), id).toBeUndefined();
  }
});
