import Type, { type Static } from 'typebox';
import { CATEGORIES } from '../../core/signal.ts';
import { Nullable, OneOf, Time } from './schema-parts.ts';

const Action = (description: string) => OneOf(['allow', 'challenge', 'block'], { description });

export const WarningAnswer = Type.Object(
  {
    pointer: Type.String({
      description: 'JSON pointer (RFC 6901) into the body.',
      examples: ['/context/user_agent'],
    }),
    code: Type.String({
      description:
        '`truncated`: cut to the size that is kept. `cleaned`: characters that are not text were replaced. `dropped`: left out. `invalid`: not a possible value, left out. `overlong`: longer than such a value should be; used whole, as a hash. `unknown_field`: not a field of this version, left out. Others may come.',
      examples: ['truncated'],
    }),
  },
  { title: 'Warning' },
);

const Risk = Type.Object(
  {
    score: Type.Number({
      description: 'Probability of a takeover, 0–1: the logistic of `log_odds`.',
      examples: [0.83],
    }),
    level: OneOf(['low', 'medium', 'high'], { description: 'The band of the score under the policy.' }),
    log_odds: Type.Number({
      description: '`prior_log_odds` plus the `log_odds` of every signal, exactly; in nats.',
      examples: [1.6],
    }),
    prior_log_odds: Type.Number({ description: 'Before any evidence.', examples: [-5.3] }),
  },
  { title: 'Risk' },
);

const ReasonAnswer = Type.Object(
  {
    code: Type.String({
      description: '`category.detail`, stable.',
      examples: ['location.impossible_travel'],
    }),
    message: Type.String({
      description: 'For people.',
      examples: ['6,100 km from the last login in 2.5 h (2,440 km/h)'],
    }),
  },
  { title: 'Reason' },
);

const SignalAnswer = Type.Object(
  {
    id: Type.String({ examples: ['location.impossible_travel'] }),
    category: OneOf(CATEGORIES, { description: 'Signals of one category are capped together.' }),
    state: OneOf(['evidence', 'neutral', 'abstain'], {
      description:
        '`neutral`: judged, nothing to say. `abstain`: could not judge, which is not the same as safe.',
    }),
    log_odds: Type.Number({ description: 'Final share, after caps; 0 unless the state is `evidence`.' }),
    raw_log_odds: Type.Number({ description: 'As its judge means it: before the model’s weight and caps.' }),
    message: Type.Optional(
      Type.String({
        description: 'For people; only where the state is `evidence`.',
        examples: ['6,100 km from the last login in 2.5 h (2,440 km/h)'],
      }),
    ),
    details: Type.Unsafe<Record<string, string | number | boolean | null>>({
      type: 'object',
      additionalProperties: true,
      description: 'What the finding rests on; `why` when the state is `abstain`.',
      examples: [{ distance_km: 6_100, speed_kmh: 2_440 }],
    }),
  },
  { title: 'Signal' },
);

const ChallengeAnswer = Type.Object(
  {
    id: Type.String({ examples: ['chl_019…'] }),
    kind: OneOf(['second_factor', 'friction'], {
      description: '`friction`: slows robots down and reveals nothing about any account.',
    }),
    methods: Nullable(
      Type.Array(Type.String(), {
        description: 'Acceptable methods, strongest first; `null`: unknown what the user has.',
        examples: [['webauthn']],
      }),
    ),
    acr_values: Nullable(
      Type.String({
        description: '`phr` when only a phishing-resistant method will do.',
        examples: ['phr'],
      }),
    ),
    expires_at: Time('By when it must be passed.'),
    retry_after_s: Type.Optional(
      Type.Integer({ description: 'Friction only: seconds to wait before the next try.' }),
    ),
  },
  { title: 'Challenge' },
);

const PolicyAnswer = Type.Object(
  {
    id: Type.String({ examples: ['default'] }),
    version: Type.Integer({ examples: [3] }),
    rule: Type.String({ description: 'The part of the policy that answered.', examples: ['high_risk'] }),
    mode: OneOf(['enforce', 'monitor'], { description: 'In `monitor` mode `action` is always `allow`.' }),
    would_have: Nullable(Action('What enforcement would have answered; `null` outside `monitor` mode.')),
    thresholds: Type.Object(
      { medium: Type.Number(), high: Type.Number(), block: Type.Number() },
      {
        title: 'PolicyThresholds',
        description: 'Scores from which the levels, and blocking, began at that time.',
        examples: [{ medium: 0.05, high: 0.5, block: 0.98 }],
      },
    ),
  },
  { title: 'AppliedPolicy' },
);

const DegradedAnswer = Type.Object(
  {
    missing: Type.Array(Type.String(), {
      description: 'Facts that were late or gone.',
      examples: [['profile']],
    }),
    cause: OneOf(['timeout', 'unavailable'], { description: 'Why.' }),
    fallback: Action("The policy's answer for such a case."),
    robust: Type.Boolean({ description: 'No value of the missing facts would change the action.' }),
  },
  { title: 'Degraded' },
);

const CounterfactualsAnswer = Type.Object(
  {
    excess_log_odds: Type.Number({
      description: 'Nats by which the log-odds exceed what is let in without a demand.',
      examples: [0.93],
    }),
    without: Type.Array(
      Type.Object(
        {
          signal: Type.String({ examples: ['device.unknown'] }),
          log_odds: Type.Number({ description: 'Log-odds that would have been left, prior included.' }),
          score: Type.Number({ description: 'Score that would have been left.' }),
          level: OneOf(['low', 'medium', 'high'], {
            description: 'Its level under the thresholds of that time.',
          }),
          message: Type.String({ examples: ['Level low, were it not for: unknown device'] }),
        },
        { title: 'Without' },
      ),
      { description: 'Each signal that raised the score, largest share first, taken away alone.' },
    ),
    together: Nullable(
      Type.Array(Type.String(), {
        description:
          'Signals, largest share first, whose joint absence would have made the level `low`; `null`: not even all.',
        examples: [['device.unknown']],
      }),
    ),
    fixed: Type.Array(Type.String(), {
      description:
        'Reason codes of rules that hold whatever the score; while there is one, no evidence matters.',
    }),
  },
  {
    title: 'Counterfactuals',
    description:
      'What would have been needed for `allow`; `null` where the level is low. Comes with `signals`. Exact, because evidence adds up: a signal is taken away by summing again without it, and the others then fill the room that its category’s cap leaves.',
  },
);
export type CounterfactualsAnswer = Static<typeof CounterfactualsAnswer>;

/** Fields of every answer that shows a decision. */
export const DECISION_FIELDS = {
  id: Type.String({ examples: ['dec_019…'] }),
  event_id: Nullable(Type.String({ description: 'As sent.', examples: ['login-8f1c'] })),
  recorded: Type.Boolean({
    description:
      '`true`: the decision survives a kill of any process. `false`: it was not stored; send it again to `/v1/events`.',
  }),
  action: Action('What to do. Treat an unknown action as `challenge`.'),
  risk: Risk,
  confidence: OneOf(['low', 'medium', 'high'], { description: 'How much the verdict could rest on.' }),
  reasons: Type.Array(ReasonAnswer, { description: 'Strongest first.' }),
  signals: Type.Optional(
    Type.Array(SignalAnswer, {
      description: 'With `include=signals` (scope `decisions:read`), and when decisions are read.',
    }),
  ),
  counterfactuals: Type.Optional(Nullable(CounterfactualsAnswer)),
  challenge: Nullable(ChallengeAnswer),
  policy: PolicyAnswer,
  learning: OneOf(['full', 'provisional', 'none'], { description: 'What the profile learns from it.' }),
  degraded: Nullable(DegradedAnswer),
  warnings: Type.Array(WarningAnswer),
  versions: Type.Object(
    {
      engine: Type.String({ examples: ['1.0.0'] }),
      model: Type.String({ examples: ['m3'] }),
      ip_intelligence: Type.String({ examples: ['2026-06-17'] }),
    },
    { title: 'Versions', description: 'With them the decision can be computed again.' },
  ),
  decision_token: Type.Optional(
    Type.String({
      description: 'With `include=token`: a compact JWS; its claims are those of `DecisionTokenClaims`.',
    }),
  ),
};

/** The answer of `POST /v1/risk`. */
export const DecisionAnswer = Type.Object(DECISION_FIELDS, {
  $id: 'Decision',
  title: 'Decision',
  description: 'Ignore fields that you do not know.',
});
export type DecisionAnswer = Static<typeof DecisionAnswer>;
