import { MODEL } from './model/model.ts';
import { CATEGORIES, type Category, type Example, type Signal } from './signal.ts';
import { BASE_EVENT, BASE_FACTS } from './signals/examples.ts';
import { SIGNALS } from './signals/index.ts';
import { WEIGHTS } from './weights.ts';

const CATEGORY_TITLES: Readonly<Record<Category, string>> = {
  device: 'Device',
  location: 'Location',
  network: 'Network',
  velocity: 'Velocity',
  behaviour: 'Behaviour',
  account: 'Account',
};

const INTRODUCTION = `# Signals

<!-- Written by scripts/generate-signals-doc.mjs from src/core/signals. Do not edit: run it again. -->

A signal judges one thing about a login and gives *evidence* (signed log-odds in nats, positive towards a takeover),
stays *neutral* (judged, nothing to say) or *abstains* (could not judge, which is not the same as safe). The sum of all
evidence and the prior is the score. +0.7 nats double the odds, +2.3 make them tenfold; with the default prior of −5.3,
+2.36 lead to a challenge and +5.3 to a high risk.

The judges’ numbers stand in \`src/core/weights.ts\` and are repeated here beside each signal; what a signal’s evidence
weighs in the sum is fitted (\`src/core/model/parameters\`, docs/MODEL.md) and named as *weighs*. The examples are changes to one
fixture login (\`src/core/signals/examples.ts\`): a user with 40 logins, two devices, home and office, who logs in at home
on the own laptop. They are run as tests; the figures are what the signals say of them, before weights and caps.

Evidence *of others* is what strangers can produce (failed attempts, populations): alone it never leads to more than a
challenge.
`;

/** The whole of docs/SIGNALS.md, from the registry: the same text on every machine. */
export function renderSignalsDoc(): string {
  const parts = [INTRODUCTION, renderCaps()];
  for (const category of CATEGORIES) {
    parts.push(`## ${CATEGORY_TITLES[category]}\n`);
    for (const signal of SIGNALS) if (signal.category === category) parts.push(renderSignal(signal));
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

function renderCaps(): string {
  const rows = CATEGORIES.map((category) => {
    const { positive, negative } = MODEL.caps[category];
    const signals = SIGNALS.filter((signal) => signal.category === category).length;
    return `| ${CATEGORY_TITLES[category]} | ${signals} | ${signed(positive)} | ${signed(-negative)} |`;
  });
  return [
    'Signals of one category share causes, so their sum is capped, in nats:\n',
    '| category | signals | at most | at least |',
    '| --- | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n');
}

function renderSignal(signal: Signal): string {
  const lines = [`### \`${signal.id}\`: ${lowerFirst(signal.title)}\n`, `${signal.description}\n`];
  const needs = signal.needs.map((need) => `\`${need}\``).join(', ');
  lines.push(`Reads ${needs}.${signal.dependsOnOthers ? ' Evidence of others.' : ''}\n`);
  const weights = Object.entries(weightsOf(signal)).map(([name, value]) => `${name} ${weightText(value)}`);
  if (weights.length > 0) lines.push(`Numbers: ${weights.join(' · ')}\n`);
  const fitted = MODEL.weights[signal.id];
  if (fitted !== undefined) lines.push(`Weighs ${fitted.alpha} in ${MODEL.version}.\n`);
  lines.push('| login | finding | reason |', '| --- | --- | --- |');
  const { positive, negative, abstaining } = signal.examples;
  for (const example of [...positive, ...negative, ...abstaining]) lines.push(renderExample(signal, example));
  lines.push('');
  return lines.join('\n');
}

function renderExample(signal: Signal, example: Example): string {
  const event = example.event?.(BASE_EVENT) ?? BASE_EVENT;
  const facts = example.facts?.(BASE_FACTS) ?? BASE_FACTS;
  const finding = signal.judge(event, facts);
  const name = cell(example.name);
  if (finding.state === 'abstain') return `| ${name} | abstains: \`${finding.why}\` | |`;
  if (finding.state === 'neutral') return `| ${name} | neutral | |`;
  return `| ${name} | ${signed(finding.rawLogOdds)} | ${cell(signal.explain(finding.details))} |`;
}

function weightsOf(signal: Signal): object {
  const table: Readonly<Record<string, object>> = WEIGHTS;
  return table[signal.id] ?? {};
}

function weightText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = Object.entries(value).map(([name, part]) => `${name} ${weightText(part)}`);
  return `(${inner.join(', ')})`;
}

/** Two decimals and always a sign; the minus is the typographic one, as in the rest of the documentation. */
function signed(nats: number): string {
  const text = Math.abs(nats).toFixed(2);
  if (text === '0.00') return '0';
  return nats < 0 ? `−${text}` : `+${text}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
