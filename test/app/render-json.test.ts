import { describe, expect, it } from 'vitest';
import { renderOutcome } from '../../src/app/render.ts';
import { createOutcomeWriter } from '../../src/app/render-json.ts';
import { decisionRecord } from '../support/log-records.ts';

describe('createOutcomeWriter', () => {
  it('writes what renderOutcome gives, also for signals whose text was kept from an earlier decision', () => {
    const write = createOutcomeWriter();
    for (let signals = 0; signals < 12; signals++) {
      for (const action of ['allow', 'challenge', 'allow'] as const) {
        const decision = decisionRecord({ position: signals + 1, signals, action });
        const view = { decision, outcome: null, feedback: [] };
        const options = { recorded: false, now_ms: 1_000 };
        expect(JSON.parse(write(view, options))).toEqual(
          JSON.parse(JSON.stringify(renderOutcome(view, { ...options, includeSignals: true }))),
        );
      }
    }
  });
});
