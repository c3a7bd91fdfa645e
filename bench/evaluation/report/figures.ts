import { CATEGORIES } from '../../../src/core/signal.ts';
import { ATTACKERS, LOOK_ALIKES } from '../generator/event.ts';
import { BUDGETS, PUBLISHED_ATTACKERS } from '../metrics/measure.ts';
import { FIRST_COUNTS } from '../metrics/sample.ts';
import { ATTACK_MIXTURE } from '../mixture.ts';
import type { WorldResult } from '../run.ts';
import type { Moment } from '../scored.ts';
import { type Figure, median } from '../summary.ts';
import { targetResults } from '../targets.ts';
import { fixed, percent, rate, table } from './table.ts';

const NONE: Figure = { value: NaN, low: NaN, high: NaN, least: NaN, most: NaN };
const words = (name: string): string => name.replaceAll('_', ' ');

/** All figures of one kind of world as Markdown. */
export function figuresOf(result: WorldResult): readonly string[] {
  const figure = (key: string): Figure => result.summary.get(key) ?? NONE;
  const value = (key: string): number => figure(key).value;
  const withInterval = (key: string, show: (n: number) => string = rate): string => {
    const { value: mean, low, high } = figure(key);
    return Number.isFinite(mean) ? `${show(mean)} (${show(low)}–${show(high)})` : '–';
  };
  const spread = (key: string): string => {
    const { least, most } = figure(key);
    return Number.isFinite(least) ? `${rate(least)}–${rate(most)}` : '–';
  };
  const pooled = (key: keyof WorldResult['calibration']): string => {
    const { value: all, low, high } = result.calibration[key];
    return `${fixed(all, 2)} (${fixed(low, 2)}–${fixed(high, 2)})`;
  };
  const seen = ATTACKERS.filter((attacker) => result.attacks[attacker] > 0);

  return [
    `## ${TITLES[result.kind]}`,
    '',
    `Worlds ${result.worlds.join(', ')}: ${result.events.toLocaleString('en')} events, ${result.logins.toLocaleString('en')} honest logins of people who had logged in before.`,
    '',
    '### Share of takeovers caught when 1 % of honest logins are challenged (TPR), one threshold for all',
    '',
    ...table(
      [
        'attacker',
        'takeovers',
        'Gatehouse (95 %)',
        'seeds',
        'ceiling of signatures',
        'Freeman, notebook',
        'Freeman, conditional',
        `new country (${percent(value('new_country/challenged/rule'))})`,
        `new device (${percent(value('new_device/challenged/rule'))})`,
      ],
      seen.map((attacker) => [
        words(attacker),
        result.attacks[attacker].toLocaleString('en'),
        `**${withInterval(`gatehouse/tpr/0.01/${attacker}`)}**`,
        spread(`gatehouse/tpr/0.01/${attacker}`),
        rate(result.ceilings[attacker]),
        withInterval(`freeman/tpr/0.01/${attacker}`),
        withInterval(`freeman_conditional/tpr/0.01/${attacker}`),
        rate(value(`new_country/tpr/rule/${attacker}`)),
        rate(value(`new_device/tpr/rule/${attacker}`)),
      ]),
    ),
    '',
    `In brackets behind a rule: the share of honest logins that it challenges; it has no threshold to choose. Challenged in the reported slice with the threshold chosen before it: ${BUDGETS.map((budget) => `${percent(value(`gatehouse/challenged/${budget}`), 2)} for a budget of ${percent(budget)}`).join(', ')}.`,
    '',
    '### At other budgets, and the area under the curve',
    '',
    ...table(
      ['attacker', '0.1 %', 'Freeman', '5 %', 'Freeman', 'AUC', 'Freeman', 'conditional'],
      seen.map((attacker) => [
        words(attacker),
        withInterval(`gatehouse/tpr/0.001/${attacker}`),
        rate(value(`freeman/tpr/0.001/${attacker}`)),
        withInterval(`gatehouse/tpr/0.05/${attacker}`),
        rate(value(`freeman/tpr/0.05/${attacker}`)),
        withInterval(`gatehouse/auc/${attacker}`),
        withInterval(`freeman/auc/${attacker}`),
        rate(value(`freeman_conditional/auc/${attacker}`)),
      ]),
    ),
    '',
    '### Honest changes challenged at the 1 % threshold',
    '',
    ...table(
      [
        'look-alike',
        'logins',
        'of them unplanned',
        'people',
        'Gatehouse (95 %)',
        'with a cookie never seen',
        'of those',
        'Freeman',
        'by the policy as shipped',
      ],
      LOOK_ALIKES.map((lookAlike) => {
        const {
          logins,
          unplanned,
          people,
          value: share,
          low,
          high,
          strange,
          strangeChallenged,
          shipped,
        } = result.lookAlikes.gatehouse[lookAlike];
        return [
          words(lookAlike),
          `${logins}`,
          `${unplanned}`,
          `${people}`,
          `${percent(share)} (${percent(low)}–${percent(high)})`,
          percent(strange / logins),
          percent(strangeChallenged),
          percent(result.lookAlikes.freeman[lookAlike].value),
          percent(shipped),
        ];
      }),
    ),
    '',
    'A threshold at which 1 % is challenged challenges that 1 % which looks most like a takeover, whatever the model: logins with a cookie never seen, in a country never seen, stand first among them, and how many of a kind’s logins those are is the world’s doing. What the policy as shipped challenges stands beside it: fewer where scores are calibrated, more where they overstate the risk.',
    '',
    '### Challenges that a person meets in the first logins',
    '',
    ...table(
      ['threshold', ...FIRST_COUNTS.flatMap((n) => [`median in ${n}`, 'Freeman'])],
      [
        [
          '1 % of honest logins',
          ...FIRST_COUNTS.flatMap((n) => [
            `${fixed(value(`gatehouse/median_challenges/${n}`), 1)} (mean ${fixed(value(`gatehouse/mean_challenges/${n}`), 2)})`,
            `${fixed(value(`freeman/median_challenges/${n}`), 1)} (mean ${fixed(value(`freeman/mean_challenges/${n}`), 2)})`,
          ]),
        ],
        ...PUBLISHED_ATTACKERS.map((attacker) => [
          `99 % of ${words(attacker)} caught (${percent(value(`gatehouse/reauth/${attacker}`))} of logins; Freeman ${percent(value(`freeman/reauth/${attacker}`))})`,
          ...FIRST_COUNTS.flatMap((n) => [
            withInterval(`gatehouse/reauth_median/${attacker}/${n}`, (x) => fixed(x, 1)),
            withInterval(`freeman/reauth_median/${attacker}/${n}`, (x) => fixed(x, 1)),
          ]),
        ]),
      ],
    ),
    '',
    '### Calibration under the stated prior',
    '',
    `All worlds together: slope ${pooled('slope')}, intercept ${pooled('intercept')} nats, observed/expected among the riskiest 1 % ${pooled('observedOverExpected')}. Each world by itself, where the riskiest scores hold a handful of honest logins and slopes come out too steep: slope ${withInterval('gatehouse/calibration/slope', (x) => fixed(x, 2))} (seeds ${spread('gatehouse/calibration/slope')}), observed/expected ${withInterval('gatehouse/calibration/observed_over_expected', (x) => fixed(x, 2))}. The mixture of attackers: ${ATTACKERS.map((attacker) => `${words(attacker)} ${rate(ATTACK_MIXTURE[attacker])}`).join(', ')}.`,
    '',
    '### What each category of evidence is worth',
    '',
    'TPR at 1 % when the evidence of one category is left out of the same decisions and the threshold is chosen anew.',
    '',
    ...table(
      ['attacker', 'all evidence', ...CATEGORIES.map((category) => `without ${category}`)],
      seen.map((attacker) => [
        words(attacker),
        rate(value(`gatehouse/tpr/0.01/${attacker}`)),
        ...CATEGORIES.map((category) => rate(result.ablation[category][attacker])),
      ]),
    ),
    '',
    ...oracleSection(result),
    '### The policy as it ships',
    '',
    `Without any chosen threshold it challenges ${percent(result.shipped.challenged, 2)} of honest logins and blocks ${percent(result.shipped.blocked, 3)}; ${percent(result.shipped.firstLoginsChallenged, 2)} of very first logins are challenged, ${percent(result.shipped.honestFailuresNoticed, 2)} of honest people's failed attempts meet friction.`,
    '',
    ...table(
      ['attacker', 'challenged or blocked', 'blocked'],
      seen.map((attacker) => [
        words(attacker),
        percent(result.shipped.caught[attacker]),
        percent(result.shipped.blockedAttacks[attacker]),
      ]),
    ),
    '',
    '### Campaigns',
    '',
    `When the engine first said that an attempt belongs to a campaign, and when an attempt was first answered by more than \`allow\`. Campaigns raised while none was under way: ${fixed(result.falseAlarmsAMonth, 2)} in 30 days of a world. Stuffing here comes from twenty and more machines of many providers, with one to twenty kits, for half an hour to some hours: each cell sees a part of its tries, mostly fewer than one a minute. The goal of three minutes is about five failing people a minute in one cell; [CAMPAIGNS.md](CAMPAIGNS.md) measures it, and counts false alarms over 30,000 cell-months.`,
    '',
    ...campaignTable(result),
    '',
    '### Poisoning',
    '',
    'One attacker, one machine, one line: judged, then taken for the user so many times (everything let through), then judged again within the week and after two quiet weeks. Median log-odds in nats, and the share above the 1 % threshold.',
    '',
    ...poisonTable(result),
    '',
  ];
}

/** What the same signals could do for somebody who has the labels. */
function oracleSection({ oracle, summary, lookAlikes, attacks }: WorldResult): readonly string[] {
  if (oracle === null) return [];
  const ours = (key: string): number => summary.get(`gatehouse/${key}`)?.value ?? Number.NaN;
  const seen = ATTACKERS.filter((attacker) => attacks[attacker] > 0);
  return [
    '### What labels would be worth',
    '',
    `Boosted trees (120 of depth 3) on the raw evidence of all signals, trained with the true labels of the other worlds of this kind and tried on the one left out, threshold chosen in the same way (${percent(oracle.challenged, 2)} of honest logins challenged). No operator has such labels. What even they challenge looks much like a takeover in the signals that there are. An estimate and no bound: where Gatehouse challenges less, the trees spend the budget elsewhere, and some look-alikes are a few dozen logins.`,
    '',
    ...table(
      ['TPR at 1 %', 'Gatehouse', 'with labels'],
      seen.map((attacker) => [
        words(attacker),
        rate(ours(`tpr/0.01/${attacker}`)),
        rate(oracle.tpr[attacker] ?? Number.NaN),
      ]),
    ),
    '',
    ...table(
      ['look-alike challenged', 'Gatehouse', 'with labels'],
      LOOK_ALIKES.map((lookAlike) => [
        words(lookAlike),
        percent(lookAlikes.gatehouse[lookAlike].value),
        percent(oracle.lookAlikes[lookAlike] ?? Number.NaN),
      ]),
    ),
    '',
  ];
}

const TITLES = {
  stable: 'Stable world',
  churny: 'Churny world',
  drawn: 'Drawn worlds: parameters nobody chose',
} as const;

function campaignTable({ campaigns }: WorldResult): readonly string[] {
  return table(
    [
      'campaign',
      'how many',
      'recognised',
      'median minutes',
      'p95',
      'median attempts',
      'any attempt answered',
      'median minutes',
      'attempts answered',
    ],
    (['stuffing', 'spray', 'low_and_slow'] as const).map((kind) => {
      const ours = campaigns.filter(({ campaign, attempts }) => campaign.kind === kind && attempts > 0);
      const recognised = ours.flatMap((one) => (one.recognised === null ? [] : [one.recognised]));
      const noticed = ours.flatMap(({ first }) => (first === null ? [] : [first]));
      const minutesOf = (moments: readonly Moment[]): number[] =>
        moments.map(({ after_ms }) => after_ms / 60_000).sort((a, b) => a - b);
      const minutes = minutesOf(recognised);
      const attempts = ours.reduce((sum, one) => sum + one.attempts, 0);
      const answered = ours.reduce((sum, one) => sum + one.noticed, 0);
      return [
        words(kind),
        `${ours.length}`,
        percent(recognised.length / Math.max(1, ours.length), 0),
        fixed(median(minutes), 1),
        fixed(minutes[Math.ceil(0.95 * minutes.length) - 1] ?? NaN, 1),
        fixed(median(recognised.map(({ attempt }) => attempt)), 0),
        percent(noticed.length / Math.max(1, ours.length), 0),
        fixed(median(minutesOf(noticed)), 1),
        percent(answered / Math.max(1, attempts)),
      ];
    }),
  );
}

function poisonTable({ poison }: WorldResult): readonly string[] {
  return table(
    [
      'missed and learned',
      'victims',
      'before',
      'after',
      'two weeks later',
      'above: before',
      'after',
      'later',
    ],
    [1, 3, 10].map((missed) => {
      const trials = poison.filter((trial) => trial.missed === missed);
      const share = (of: (trial: (typeof trials)[number]) => number | null): string => {
        const known = trials.filter((trial) => of(trial) !== null);
        const above = known.filter((trial) => (of(trial) ?? Number.NEGATIVE_INFINITY) >= trial.threshold);
        return percent(above.length / Math.max(1, known.length), 0);
      };
      const quiet = trials.flatMap((trial) => (trial.quiet === null ? [] : [trial.quiet]));
      return [
        `${missed}`,
        `${trials.length}`,
        fixed(median(trials.map(({ before }) => before)), 2),
        fixed(median(trials.map(({ after }) => after)), 2),
        fixed(median(quiet), 2),
        share(({ before }) => before),
        share(({ after }) => after),
        share(({ quiet: later }) => later),
      ];
    }),
  );
}

/** Every goal of the project with how it stands, for the stable world. */
export function targetsOf(result: WorldResult): readonly string[] {
  return table(
    ['goal, on our generator’s stable world', 'measured', '', 'ceiling or floor'],
    targetResults(result).map(({ goal, value, met, floor }) => [
      goal,
      rate(value),
      met ? 'met' : Number.isFinite(value) ? '**not met**' : 'not measured',
      floor ?? '',
    ]),
  );
}
