import type { Model } from '../../src/core/model/model.ts';
import { CATEGORIES } from '../../src/core/signal.ts';

/** The parameters as a source file, formatted as the repository's formatter would. */
export function parametersFile(model: Model): string {
  const { fitted } = model;
  if (fitted === null) throw new TypeError('a fit says what it was made from');
  const name = model.version.toUpperCase();
  const weights = Object.entries(model.weights).map(
    ([id, { alpha, lo, hi }]) => `    '${id}': { alpha: ${alpha}, lo: ${lo}, hi: ${hi} },`,
  );
  const caps = CATEGORIES.map(
    (category) =>
      `    ${category}: { positive: ${model.caps[category].positive}, negative: ${model.caps[category].negative} },`,
  );
  return `import type { Model } from '../model.ts';

/** Made by \`${fitted.command}\`, never by hand: the same sources give the same bytes. */
export const ${name}: Model = {
  version: '${model.version}',
  fitted: {
    command: '${fitted.command}',
    data: '${fitted.data}',
    code: '${fitted.code}',
    rows: ${fitted.rows},
    attacks: ${fitted.attacks},
    slope: ${fitted.slope},
  },
  weights: {
${weights.join('\n')}
  },
  caps: {
${caps.join('\n')}
  },
};
`;
}
