import { describe, expect, it } from 'vitest';
import { MODEL } from '../../../src/core/model/model.ts';
import { fromMicro, weigh } from '../../../src/core/score.ts';
import { CATEGORIES, type Example, type Finding, type Signal } from '../../../src/core/signal.ts';
import { BASE_EVENT, BASE_FACTS } from '../../../src/core/signals/examples.ts';
import { SIGNALS } from '../../../src/core/signals/index.ts';
import { WEIGHTS } from '../../../src/core/weights.ts';

/** Their evidence vouches for the login. */
const TRUST = new Set(['device.known', 'network.known_address', 'account.right_credential']);

function judge(signal: Signal, example: Example): Finding {
  return signal.judge(example.event?.(BASE_EVENT) ?? BASE_EVENT, example.facts?.(BASE_FACTS) ?? BASE_FACTS);
}

describe('every signal', () => {
  it('has a unique id that begins with its category', () => {
    expect(new Set(SIGNALS.map(({ id }) => id)).size).toBe(SIGNALS.length);
    for (const { id, category } of SIGNALS) expect(id.startsWith(`${category}.`)).toBe(true);
  });

  it('is listed in the order of the categories', () => {
    const order = SIGNALS.map(({ category }) => CATEGORIES.indexOf(category));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('has its numbers in the one table', () => {
    for (const { id } of SIGNALS) expect(WEIGHTS).toHaveProperty([id]);
  });

  it('alone stays within its category’s cap', () => {
    for (const signal of SIGNALS) {
      for (const example of signal.examples.positive) {
        const finding = judge(signal, example);
        if (finding.state !== 'evidence') continue;
        const cap = MODEL.caps[signal.category];
        const share = fromMicro(weigh(MODEL.weights[signal.id], finding.rawLogOdds));
        expect(share, signal.id).toBeLessThanOrEqual(cap.positive);
        expect(-share, signal.id).toBeLessThanOrEqual(cap.negative);
      }
    }
  });
});

describe.each(SIGNALS.map((signal) => [signal.id, signal] as const))('%s', (_id, signal) => {
  const sign = TRUST.has(signal.id) ? -1 : 1;

  it('has examples of all three kinds', () => {
    expect(signal.examples.positive.length).toBeGreaterThan(0);
    expect(signal.examples.negative.length).toBeGreaterThan(0);
    expect(signal.examples.abstaining.length).toBeGreaterThan(0);
  });

  it.each(signal.examples.positive.map((example) => [example.name, example] as const))(
    'fires: %s',
    (_name, example) => {
      const finding = judge(signal, example);
      expect(finding.state).toBe('evidence');
      if (finding.state !== 'evidence') return;
      expect(finding.rawLogOdds * sign).toBeGreaterThan(0);
      const message = signal.explain(finding.details);
      expect(message).toMatch(/^\p{Lu}|^\d|^[a-z]+ /u);
      expect(message).not.toMatch(/undefined|NaN|Infinity|null/);
      for (const [key, value] of Object.entries(finding.details)) {
        expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
        if (typeof value === 'number') expect(Number.isFinite(value), key).toBe(true);
      }
    },
  );

  it.each(signal.examples.negative.map((example) => [example.name, example] as const))(
    'stays silent: %s',
    (_name, example) => {
      const finding = judge(signal, example);
      expect(finding.state).not.toBe('abstain');
      if (finding.state === 'evidence') expect(finding.rawLogOdds * sign).toBeLessThanOrEqual(0);
    },
  );

  it.each(signal.examples.abstaining.map((example) => [example.name, example] as const))(
    'abstains: %s',
    (_name, example) => {
      expect(judge(signal, example).state).toBe('abstain');
    },
  );

  it('explains details of an older version without failing', () => {
    expect(signal.explain({})).not.toMatch(/undefined|NaN|Infinity/);
  });

  it('does not change what it judges, and says the same twice', () => {
    const event = structuredClone(BASE_EVENT);
    const facts = structuredClone(BASE_FACTS);
    expect(signal.judge(event, facts)).toEqual(signal.judge(event, facts));
    expect(event).toEqual(BASE_EVENT);
    expect(facts).toEqual(BASE_FACTS);
  });
});
