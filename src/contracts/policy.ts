import ipaddr from 'ipaddr.js';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Action, Level } from '../core/decision.ts';
import { CHALLENGE_METHODS, EVENT_TYPES } from '../core/event.ts';
import type { LevelRule, Policy, PolicyList } from '../core/policy.ts';

/**
 * A policy as people write it and as it is stored: JSON, snake_case, units last. What is left out keeps the value of
 * the policy it is based on, so that a file may be one line long; its name does not (`custom`, version 1).
 */
const closed = { additionalProperties: false } as const;
const ActionSchema = Type.Enum(['allow', 'challenge', 'block']);
const Probability = Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 });

const ListSchema = Type.Object(
  {
    list: Type.Enum(['block', 'allow']),
    networks: Type.Optional(Type.Array(Type.String(), { maxItems: 100_000, description: 'CIDR text.' })),
    asns: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 4_294_967_295 }))),
    countries: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }))),
    user_ids: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }))),
  },
  {
    ...closed,
    description: 'Who is kept out or let in whatever the score. An allowed login teaches nothing.',
  },
);

const LevelRuleSchema = Type.Object(
  {
    action: Type.Optional(ActionSchema),
    methods: Type.Optional(
      Type.Union([Type.Null(), Type.Array(Type.String(), { minItems: 1, maxItems: 32, uniqueItems: true })], {
        description: 'Second factors that satisfy this level; null accepts any.',
      }),
    ),
    no_method: Type.Optional(
      Type.Enum(['allow_notify', 'block'], {
        description: 'When the user has none of them: let in and tell the user, or refuse.',
      }),
    ),
  },
  closed,
);

export const PolicySchema = Type.Object(
  {
    id: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '^[a-z0-9][a-z0-9_.-]*$' })),
    version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    mode: Type.Optional(
      Type.Enum(['enforce', 'monitor'], {
        description: 'monitor: always answer allow, and say what enforcement would have answered.',
      }),
    ),
    prior_log_odds: Type.Optional(
      Type.Number({
        minimum: -20,
        maximum: 5,
        description: 'Log-odds of a takeover before any evidence, in nats.',
      }),
    ),
    thresholds: Type.Optional(
      Type.Object(
        {
          medium: Type.Optional(Probability),
          high: Type.Optional(Probability),
          block: Type.Optional(Probability),
        },
        { ...closed, description: 'Scores from which the levels, and blocking, begin.' },
      ),
    ),
    levels: Type.Optional(
      Type.Object(
        {
          low: Type.Optional(LevelRuleSchema),
          medium: Type.Optional(LevelRuleSchema),
          high: Type.Optional(LevelRuleSchema),
        },
        closed,
      ),
    ),
    block_min_categories: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 6,
        description: 'Categories of evidence without which no score blocks.',
      }),
    ),
    sensitive_types: Type.Optional(
      Type.Array(Type.Enum([...EVENT_TYPES]), {
        maxItems: EVENT_TYPES.length,
        uniqueItems: true,
        description: 'Types that are at least challenged without history or from medium, and when degraded.',
      }),
    ),
    degraded_sensitive: Type.Optional(ActionSchema),
    challenge_lifetime_s: Type.Optional(Type.Integer({ minimum: 30, maximum: 86_400 })),
    freshness_s: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400,
        description: 'How old an authentication may be to count as a step-up.',
      }),
    ),
    lists: Type.Optional(Type.Array(ListSchema, { maxItems: 64 })),
  },
  closed,
);

/** A policy file; every part may be left out. */
export type PolicyFile = Static<typeof PolicySchema>;
/** A policy written in full, as it is stored and shown. */
export type PolicyJson = { readonly [K in keyof PolicyFile]-?: Complete<NonNullable<PolicyFile[K]>> };
type Complete<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]-?: Complete<Exclude<T[K], undefined>> }
    : T;

/** One thing wrong with a policy: where (a JSON pointer, empty for the whole), and what, in a sentence. */
export interface PolicyProblem {
  readonly pointer: string;
  readonly detail: string;
}

export type PolicyResult =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

const LEVELS: readonly Level[] = ['low', 'medium', 'high'];
const SEVERITY: Readonly<Record<Action, number>> = { allow: 0, challenge: 1, block: 2 };

/**
 * Parsed JSON to a policy, deeply frozen. Refuses unknown fields, values out of range, and combinations under which
 * a riskier login would be treated more gently than a safer one; says everything that is wrong at once.
 */
export function parsePolicy(input: unknown, base: Policy): PolicyResult {
  if (!Value.Check(PolicySchema, input)) return { ok: false, problems: schemaProblems(input) };
  const policy = merge(input, base);
  const problems = contradictions(policy);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy };
}

/** The policy in full as JSON; `parsePolicy` gives the same policy back. */
export function policyToJson(policy: Policy): PolicyJson {
  const level = (rule: LevelRule) => ({
    action: rule.action,
    methods: rule.methods === null ? null : [...rule.methods],
    no_method: rule.noMethod,
  });
  return {
    id: policy.id,
    version: policy.version,
    mode: policy.mode,
    prior_log_odds: policy.priorLogOdds,
    thresholds: { ...policy.thresholds },
    levels: {
      low: level(policy.levels.low),
      medium: level(policy.levels.medium),
      high: level(policy.levels.high),
    },
    block_min_categories: policy.blockMinCategories,
    sensitive_types: [...policy.sensitiveTypes],
    degraded_sensitive: policy.degradedSensitive,
    challenge_lifetime_s: policy.challengeLifetime_s,
    freshness_s: policy.freshness_s,
    lists: policy.lists.map(({ list, networks, asns, countries, userIds }) => ({
      list,
      networks: [...networks],
      asns: [...asns],
      countries: [...countries],
      user_ids: [...userIds],
    })),
  };
}

function merge(file: PolicyFile, base: Policy): Policy {
  const levels = Object.freeze({
    low: mergeLevel(file.levels?.low, base.levels.low),
    medium: mergeLevel(file.levels?.medium, base.levels.medium),
    high: mergeLevel(file.levels?.high, base.levels.high),
  });
  return Object.freeze({
    // Never the base's own name: a decision that says `default@1` was made by exactly that policy.
    id: file.id ?? 'custom',
    version: file.version ?? 1,
    mode: file.mode ?? base.mode,
    priorLogOdds: file.prior_log_odds ?? base.priorLogOdds,
    thresholds: Object.freeze({
      medium: file.thresholds?.medium ?? base.thresholds.medium,
      high: file.thresholds?.high ?? base.thresholds.high,
      block: file.thresholds?.block ?? base.thresholds.block,
    }),
    levels,
    blockMinCategories: file.block_min_categories ?? base.blockMinCategories,
    sensitiveTypes: Object.freeze([...(file.sensitive_types ?? base.sensitiveTypes)]),
    degradedSensitive: file.degraded_sensitive ?? base.degradedSensitive,
    challengeLifetime_s: file.challenge_lifetime_s ?? base.challengeLifetime_s,
    freshness_s: file.freshness_s ?? base.freshness_s,
    lists: file.lists === undefined ? base.lists : Object.freeze(file.lists.map(mergeList)),
  });
}

const mergeList = (file: Static<typeof ListSchema>): PolicyList =>
  Object.freeze({
    list: file.list,
    networks: Object.freeze([...(file.networks ?? [])]),
    asns: Object.freeze([...(file.asns ?? [])]),
    countries: Object.freeze([...(file.countries ?? [])]),
    userIds: Object.freeze([...(file.user_ids ?? [])]),
  });

function mergeLevel(file: Static<typeof LevelRuleSchema> | undefined, base: LevelRule): LevelRule {
  const methods = file?.methods === undefined ? base.methods : file.methods;
  return Object.freeze({
    action: file?.action ?? base.action,
    methods: methods === null ? null : Object.freeze([...methods]),
    noMethod: file?.no_method ?? base.noMethod,
  });
}

/** What the schema cannot say: each part is valid, but together they contradict each other. */
function contradictions(policy: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (pointer: string, detail: string) => problems.push({ pointer, detail });
  const { medium, high, block } = policy.thresholds;
  if (medium >= high) say('/thresholds', `medium (${medium}) must be below high (${high})`);
  if (high >= block) say('/thresholds', `high (${high}) must be below block (${block})`);

  for (const [i, { networks }] of policy.lists.entries()) {
    for (const [j, network] of networks.entries()) {
      if (!ipaddr.isValid(network) && !ipaddr.isValidCIDR(network)) {
        say(`/lists/${i}/networks/${j}`, `"${network}" is neither an address nor a network in CIDR text`);
      }
    }
  }
  for (const level of LEVELS) {
    const { methods } = policy.levels[level];
    for (const [i, method] of (methods ?? []).entries()) {
      if (isMethod(method)) continue;
      say(
        `/levels/${level}/methods/${i}`,
        `"${method}" is no challenge method: use ${CHALLENGE_METHODS.join(', ')} or a name of your own that begins with x_`,
      );
    }
  }
  for (const [safer, riskier] of [
    ['low', 'medium'],
    ['medium', 'high'],
  ] as const) {
    const [below, above] = [policy.levels[safer], policy.levels[riskier]];
    if (SEVERITY[above.action] < SEVERITY[below.action]) {
      say(
        `/levels/${riskier}/action`,
        `${riskier} must be at least as severe as ${safer}: ${above.action} is milder than ${below.action}`,
      );
    }
    if (above.action !== 'challenge' || below.action !== 'challenge') continue;
    const weaker =
      below.methods === null
        ? []
        : (above.methods ?? CHALLENGE_METHODS).filter((m) => !below.methods?.includes(m));
    if (weaker.length > 0) {
      say(
        `/levels/${riskier}/methods`,
        `${riskier} may not accept what ${safer} refuses: ${weaker.join(', ')}`,
      );
    }
    if (below.noMethod === 'block' && above.noMethod === 'allow_notify') {
      say(
        `/levels/${riskier}/no_method`,
        `${riskier} may not let in users without a method while ${safer} refuses them`,
      );
    }
  }
  if (policy.sensitiveTypes.includes('logout')) {
    say('/sensitive_types', 'a logout is never refused, so it cannot be sensitive');
  }
  return problems;
}

function isMethod(method: string): boolean {
  return CHALLENGE_METHODS.some((known) => known === method) || /^x_[a-z0-9_]{1,62}$/.test(method);
}

function schemaProblems(input: unknown): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const seen = new Set<string>();
  for (const error of Value.Errors(PolicySchema, input)) {
    // The branches of a union and the value of an unknown field are said by their parent.
    if (error.keyword === 'boolean') continue;
    if (error.keyword === 'type' && /\/anyOf\/\d+$/.test(error.schemaPath)) continue;
    for (const problem of inPlainWords(error)) {
      const key = `${problem.pointer} ${problem.detail}`;
      if (!seen.has(key)) problems.push(problem);
      seen.add(key);
    }
  }
  return problems;
}

function inPlainWords(error: ReturnType<typeof Value.Errors>[number]): readonly PolicyProblem[] {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        detail: 'is not a field of a policy',
      }));
    case 'anyOf':
      return [{ pointer, detail: 'must be null (any method) or a list with at least one method' }];
    case 'enum':
      return [{ pointer, detail: `must be one of ${error.params.allowedValues.join(', ')}` }];
    case 'type': {
      const type = error.params.type;
      return [{ pointer, detail: `must be of type ${typeof type === 'string' ? type : type.join(' or ')}` }];
    }
    case 'uniqueItems':
      return [{ pointer, detail: 'must not name anything twice' }];
    case 'minItems':
      return [{ pointer, detail: 'must not be empty' }];
    case 'pattern':
      return [
        {
          pointer,
          detail: 'must begin with a small letter or digit and hold only a-z, 0-9, dot, dash, underscore',
        },
      ];
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return [{ pointer, detail: `must be ${error.params.comparison} ${error.params.limit}` }];
    default:
      return [{ pointer, detail: error.message }];
  }
}
