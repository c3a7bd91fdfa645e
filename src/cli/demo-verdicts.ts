import type { Gatehouse } from '../app/gatehouse.ts';
import type { Analytics, DecisionFilter, DecisionRow } from '../ports/analytics.ts';

const DAY_MS = 86_400_000;
/** What is younger waits in the review queue, for whoever looks at the demo. */
const LEFT_OPEN_MS = 2 * DAY_MS;
const PAGE = 200;

interface Verdict {
  readonly filter: DecisionFilter;
  readonly verdict: 'legitimate' | 'compromised' | 'dismissed';
  readonly note: string;
  readonly most: number;
}

const VERDICTS: readonly Verdict[] = [
  {
    filter: { resolution: 'not_passed', status: 'succeeded', level: 'high' },
    verdict: 'compromised',
    note: 'The owner was abroad at no time and has a new password now.',
    most: 4,
  },
  {
    filter: { resolution: 'passed', status: 'succeeded' },
    verdict: 'legitimate',
    note: 'Called back: a new phone.',
    most: 4,
  },
  {
    filter: { action: 'block' },
    verdict: 'dismissed',
    note: 'Part of the wave that is known already.',
    most: 2,
  },
];

/** Judges some decisions as an analyst would have: verdicts change profiles, so each goes through the use case. */
export async function judgeDemo(
  engine: { readonly gatehouse: Gatehouse; readonly analytics: Pick<Analytics, 'rows'> },
  tenant: string,
  end_ms: number,
): Promise<void> {
  const judged = new Set<string>();
  for (const { filter, verdict, note, most } of VERDICTS) {
    const page = await engine.analytics.rows(tenant, { ...filter, to_ms: end_ms - LEFT_OPEN_MS }, PAGE, null);
    for (const row of onePerUser(page.data, judged).slice(0, most)) {
      await engine.gatehouse.recordFeedback({
        tenant,
        decisionId: row.fields.id,
        verdict,
        source: 'analyst',
        scope: null,
        actor: { type: 'analyst', id: 'demo' },
        note,
      });
    }
  }
}

function onePerUser(rows: readonly DecisionRow[], judged: Set<string>): readonly DecisionRow[] {
  return rows.filter(({ userKey, fields }) => {
    const who = userKey ?? fields.id;
    if (judged.has(who)) return false;
    judged.add(who);
    return true;
  });
}
