import { firstLogins } from '../metrics/first-logins.ts';
import { areaUnderCurve, shareFrom, thresholdFor, thresholdForTpr, type Weights } from '../metrics/rates.ts';
import { type Ranked, rank } from '../metrics/sample.ts';
import { fixed, percent, rate, table } from '../report/table.ts';
import { RBA_KINDS, RBA_MODELS, type RbaModel, type RbaScores, type ScoredRba } from './score-rba.ts';
import { RBA_ATTACKERS } from './virtual-attackers.ts';

const FIRSTS = [12, 20, 39] as const;
const TPRS = [0.999, 0.995, 0.99, 0.98, 0.97] as const;
const TAKEOVER_TPRS = [0.9425, 0.8966, 0.8276, 0.7816] as const;

/**
 * Median challenges in 12, 20 and 39 logins, read off the plots of Wiefling, Jørgensen, Thunem, Lo Iacono, "Pump Up
 * Password Security!" (ACM TOPS 2022).
 */
const PUBLISHED: Readonly<Record<(typeof RBA_KINDS)[number], Readonly<Record<number, string>>>> = {
  naive: { 0.999: '7/8/6', 0.995: '3/3/2', 0.99: '2/2/1', 0.98: '1/1/1', 0.97: '1/1/1' },
  vpn: { 0.999: '7/9/8', 0.995: '4/5/3', 0.99: '3/3/2', 0.98: '2/2/2', 0.97: '2/2/1' },
  targeted: { 0.999: '8/10/9', 0.995: '5/5/4', 0.99: '4/4/3', 0.98: '2/2/2', 0.97: '2/2/1' },
  very_targeted: { 0.9425: '12/20/39', 0.8966: '12/19/26', 0.8276: '7/9/7', 0.7816: '2/2/1' },
};

/** The published table beside ours, and what the publication does not give: one threshold for all, and its area. */
export function rbaReport(scored: ScoredRba): readonly string[] {
  const { logins, attacks, users } = scored;
  const once = new Float64Array(users).fill(1);
  const models = RBA_MODELS.map((model) => ({
    model,
    logins: rankedOf(logins, model),
    attacks: Object.fromEntries(RBA_KINDS.map((kind) => [kind, rankedOf(attacks[kind], model)])) as Record<
      (typeof RBA_KINDS)[number],
      Ranked
    >,
    firsts: firstLogins(logins, logins.score[model], users, Math.max(...FIRSTS)),
  }));
  const medians = (kind: (typeof RBA_KINDS)[number], tpr: number): readonly string[] =>
    models.map(({ attacks: ranked, firsts, logins: honest }) => {
      if (ranked[kind].user.length === 0) return '–';
      const threshold = thresholdForTpr(ranked[kind], once, tpr);
      const counts = FIRSTS.map((n) => fixed(firsts.challenges(n, threshold, once).median, 0));
      return `${counts.join('/')} (${percent(shareFrom(honest, once, threshold))})`;
    });
  const rows = [
    ...RBA_ATTACKERS.flatMap((kind) =>
      TPRS.map((tpr) => [`${kind}, TPR ${tpr}`, ...medians(kind, tpr), PUBLISHED[kind][tpr] ?? '–']),
    ),
    ...TAKEOVER_TPRS.map((tpr) => [
      `takeovers, TPR ${tpr}`,
      ...medians('very_targeted', tpr),
      PUBLISHED.very_targeted[tpr] ?? '–',
    ]),
  ];
  return [
    '# The public data set',
    '',
    `${count(scored.rows)} rows, ${count(scored.catchAllRows)} of the catch-all user left out, ${count(scored.badRows)} unreadable, ${count(scored.failedRows)} failed logins, ${count(scored.outOfOrder)} out of order; ${count(users)} users with accepted logins, ${count(logins.user.length)} honest logins of known users, ${RBA_KINDS.map((kind) => `${count(attacks[kind].user.length)} ${kind.replaceAll('_', ' ')}`).join(', ')}.`,
    ...(attacks.very_targeted.user.length === 0
      ? ['', 'No takeover of a known user is in this file, so nothing can be said about real attackers.']
      : []),
    ...(logins.user.length < 100_000
      ? [
          '',
          '**This is not the whole data set: the figures below show that the path works and nothing else.**',
        ]
      : []),
    '',
    '## Median challenges in the first 12/20/39 logins, threshold for each attacker apart',
    '',
    'In brackets: the share of all honest logins challenged. Published: read off the authors’ plots.',
    '',
    ...table(['attacker', 'Gatehouse', 'Freeman, notebook', 'Freeman, conditional', 'published'], rows),
    '',
    '## One threshold for all: the first 60 % of the file are learned, the next 15 % set it at 1 %, the rest is reported',
    '',
    ...table(
      ['attacker', ...RBA_MODELS.flatMap((model) => [`${model.replaceAll('_', ' ')} TPR`, 'AUC'])],
      RBA_KINDS.map((kind) => [
        kind.replaceAll('_', ' '),
        ...RBA_MODELS.flatMap((model) => oneThreshold(scored, kind, model, once)),
      ]),
    ),
    '',
  ];
}

const count = (n: number): string => n.toLocaleString('en');

function rankedOf(scores: RbaScores, model: RbaModel, takes: (i: number) => boolean = () => true): Ranked {
  return rank([...scores.user.keys()].filter(takes), scores.user, scores.score[model]);
}

function oneThreshold(
  { logins, attacks }: ScoredRba,
  kind: (typeof RBA_KINDS)[number],
  model: RbaModel,
  once: Weights,
): readonly [string, string] {
  const within = (scores: RbaScores, from: number, to: number): Ranked =>
    rankedOf(scores, model, (i) => (scores.at[i] ?? 0) >= from && (scores.at[i] ?? 0) < to);
  const threshold = thresholdFor(within(logins, 0.6, 0.75), once, 0.01);
  const late = within(attacks[kind], 0.75, 1.01);
  if (late.user.length === 0) return ['–', '–'];
  const { low, high } = wilson(shareFrom(late, once, threshold), late.user.length);
  return [
    `${rate(shareFrom(late, once, threshold))} (${rate(low)}–${rate(high)})`,
    rate(areaUnderCurve(late, within(logins, 0.75, 1.01), once)),
  ];
}

/** E. B. Wilson's 95 % interval of a share of n (J. Am. Stat. Assoc. 22, 1927). */
function wilson(share: number, n: number): { readonly low: number; readonly high: number } {
  const z = 1.959964;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: centre - half, high: centre + half };
}
