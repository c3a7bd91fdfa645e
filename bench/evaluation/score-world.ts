import type { LoadedIpIntelligence } from '../../src/adapters/ip-intelligence/create-ip-intelligence.ts';
import { createReplayer } from '../../src/app/replay.ts';
import type { DecisionRecord } from '../../src/core/record.ts';
import { CATEGORIES } from '../../src/core/signal.ts';
import type { ReplayReader } from '../../src/ports/replay-files.ts';
import { createFreemanCompat, createFreemanConditional } from './baselines/freeman.ts';
import { type LoginFeatures, loginFeatures } from './baselines/login-features.ts';
import { newCountryRule, newDeviceRule } from './baselines/rules.ts';
import { createSignatureReader } from './baselines/signature.ts';
import { openEvaluationEngine } from './engine.ts';
import type { Label, WorldEvent } from './generator/event.ts';
import type { World } from './generator/world.ts';
import {
  attackerIndex,
  type CampaignWatch,
  emptyScores,
  lookAlikeIndex,
  type Model,
  type PoisonTrial,
  type ScoredAttacks,
  type ScoredLogins,
  type ScoredWorld,
} from './scored.ts';

const DAY_MS = 86_400_000;
/** An alarm so soon after a campaign is still about it. */
const AFTERMATH_MS = 6 * 3_600_000;

interface Baseline {
  score(login: LoginFeatures): number | null;
  learn(login: LoginFeatures): void;
}

/**
 * Replays a world through the product's engine, the path of `gatehouse replay` and of `/v1/risk`: an event is scored
 * before it is learned, a takeover is a dry run. The baselines see the same facts in the same order and learn every
 * honest login. Labels are joined to decisions here, after the decision.
 */
export async function scoreWorld(world: World, tables: LoadedIpIntelligence): Promise<ScoredWorld> {
  const { engine, letThrough } = openEvaluationEngine(tables);
  const baselines: Readonly<Record<Exclude<Model, 'gatehouse'>, Baseline>> = {
    freeman: createFreemanCompat(),
    freeman_conditional: createFreemanConditional(),
    new_country: newCountryRule(),
    new_device: newDeviceRule(),
  };
  const names = Object.keys(baselines) as (keyof typeof baselines)[];
  const signatures = createSignatureReader();
  const logins: ScoredLogins = columns({ lookAlike: [] });
  const attacks: ScoredAttacks = columns({ attacker: [] });
  const firstLogins = { count: 0, challenged: 0 };
  const honestFailures = { count: 0, noticed: 0 };
  const campaigns: CampaignWatch[] = world.campaigns.map((campaign) => ({
    campaign,
    attempts: 0,
    noticed: 0,
    first: null,
    recognised: null,
  }));
  const falseAlarms = new Set<string>();
  const trials = new Map<number, { missed: number; before: number; after: number; quiet: number | null }>();

  const take = (label: Label, decision: DecisionRecord): void => {
    const { enforced, logOdds } = decision.verdict;
    const at_ms = decision.event.occurredAt_ms;
    const answer = enforced === 'allow' ? 0 : enforced === 'challenge' ? 1 : 2;
    const { marks } = decision.campaigns;
    if (marks.length > 0 && (label.kind !== 'failure' || label.campaign === null)) {
      const underWay = world.campaigns.some(
        ({ start_ms, end_ms }) => at_ms >= start_ms && at_ms <= end_ms + AFTERMATH_MS,
      );
      for (const { phase, id } of marks) if (phase === 'start' && !underWay) falseAlarms.add(id);
    }
    if (label.kind === 'failure') {
      if (label.by === 'user') {
        honestFailures.count += 1;
        if (answer > 0) honestFailures.noticed += 1;
      }
      const watch = label.campaign === null ? undefined : campaigns[label.campaign];
      if (watch === undefined) return;
      watch.attempts += 1;
      if (marks.length > 0) {
        watch.recognised ??= { after_ms: at_ms - watch.campaign.start_ms, attempt: watch.attempts };
      }
      if (answer === 0) return;
      watch.noticed += 1;
      watch.first ??= { after_ms: at_ms - watch.campaign.start_ms, attempt: watch.attempts };
      return;
    }
    if (label.kind === 'poison') {
      const trial = trials.get(label.user) ?? { missed: label.missed, before: NaN, after: NaN, quiet: null };
      if (label.step !== 'learned') trial[label.step] = logOdds;
      trials.set(label.user, trial);
      return;
    }
    const features = loginFeatures(decision);
    if (features === null) throw new Error('a login of the generator names nobody');
    if (label.kind === 'login' && label.n === 0) {
      firstLogins.count += 1;
      if (answer > 0) firstLogins.challenged += 1;
    } else {
      const to: ScoredLogins | ScoredAttacks = label.kind === 'login' ? logins : attacks;
      to.user.push(label.user);
      to.n.push(label.n);
      to.day.push(Math.floor((at_ms - world.begin_ms) / DAY_MS));
      to.answer.push(answer);
      to.signature.push(signatures.of(decision));
      to.score.gatehouse.push(logOdds);
      const shares = CATEGORIES.map(() => 0);
      for (const { category, logOdds: share, rawLogOdds } of decision.verdict.signals) {
        const c = CATEGORIES.indexOf(category);
        shares[c] = (shares[c] ?? 0) + share;
        to.raw.push(rawLogOdds);
      }
      to.share.push(...shares);
      for (const name of names) to.score[name].push(baselines[name].score(features) ?? 0);
      if (label.kind === 'login') logins.lookAlike.push(lookAlikeIndex(label.lookAlike));
      else attacks.attacker.push(attackerIndex(label.attacker));
    }
    if (label.kind !== 'login') return;
    signatures.learn(decision);
    for (const name of names) baselines[name].learn(features);
  };

  let current: DecisionRecord | null = null;
  let event: WorldEvent | null = null;
  // As the line of the event would be read; writing and parsing its JSON takes a quarter of the time.
  const reader: ReplayReader = {
    occurredAt: () => event?.body.occurred_at ?? null,
    read: () =>
      event === null
        ? { ok: false, eventId: null, problem: 'there is no event' }
        : {
            ok: true,
            body: event.body,
            dryRun: event.dryRun,
            onChallenge: event.onChallenge,
            times: 1,
            stated: null,
            label: null,
          },
  };
  const replayer = createReplayer({
    engine,
    reader,
    onDecision: (decision) => {
      current = decision;
    },
  });
  let events = 0;
  try {
    for (const next of world.events()) {
      events += 1;
      event = next;
      letThrough(next.label.kind === 'poison' && next.label.step === 'learned');
      const { problem } = replayer.decide(`event ${events}`);
      if (problem !== null || current === null) {
        throw new Error(`the engine refused an event of the generator: ${problem}`);
      }
      take(next.label, current);
      current = null;
    }
  } finally {
    await engine.close();
  }
  const { name, users, days } = world.parameters;
  const poison: PoisonTrial[] = [...trials.values()].filter(({ after }) => !Number.isNaN(after));
  return {
    name,
    users,
    days,
    events,
    logins,
    attacks,
    firstLogins,
    honestFailures,
    campaigns,
    falseAlarms: falseAlarms.size,
    poison,
  };
}

function columns<T extends object>(own: T) {
  return {
    user: [],
    n: [],
    day: [],
    answer: [],
    signature: [],
    score: emptyScores(),
    share: [],
    raw: [],
    ...own,
  };
}
