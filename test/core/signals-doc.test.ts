import { expect, it } from 'vitest';
import { SIGNALS } from '../../src/core/signals/index.ts';
import { renderSignalsDoc } from '../../src/core/signals-doc.ts';

it('documents every signal once, with all its examples', () => {
  const doc = renderSignalsDoc();
  for (const { id, title, examples } of SIGNALS) {
    expect(doc.split(`### \`${id}\``), title).toHaveLength(2);
    for (const { name } of [...examples.positive, ...examples.negative, ...examples.abstaining]) {
      expect(doc).toContain(`| ${name} |`);
    }
  }
  expect(doc).not.toMatch(/undefined|NaN|\[object/);
});

it('is the same text every time', () => {
  expect(renderSignalsDoc()).toBe(renderSignalsDoc());
});
