import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { giveFeedback } from '../api/client.ts';
import { decisionQuery, QUEUE_KEY, queueQuery } from '../api/queries.ts';
import type { QueueItem, VerdictWord } from '../api/types.ts';
import { useFormat } from '../components/format-context.tsx';
import { ActionMark, LevelMark } from '../components/marks.tsx';
import { Nobody } from '../components/nobody.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { SkeletonBlock, SkeletonLines } from '../components/skeleton.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useHeldVerdicts } from '../components/use-held-verdicts.ts';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import { Waterfall } from '../components/waterfall.tsx';
import { clientWords, networkWords, placeWords } from '../lib/place-words.ts';
import { useShortcuts } from '../lib/shortcuts.ts';
import { splitCode } from '../lib/text.ts';
import { QUEUE_KIND_WORDS, queueKindWords, resolutionWords } from '../lib/words.ts';

const VERDICT_KEYS: readonly {
  readonly key: string;
  readonly verdict: VerdictWord;
  readonly words: string;
}[] = [
  { key: '1', verdict: 'legitimate', words: 'Legitimate' },
  { key: '2', verdict: 'compromised', words: 'Compromised' },
  { key: '3', verdict: 'dismissed', words: 'Dismiss' },
];

/** Items before the last one at which the next page is fetched. */
const AHEAD = 5;

function Item({
  item,
  chosen,
  onChoose,
}: {
  readonly item: QueueItem;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  const format = useFormat();
  const { decision } = item;
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) element.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <li ref={element}>
      <button
        type="button"
        className="queue-item"
        aria-current={chosen}
        onClick={onChoose}
        data-testid="queue-item"
        data-decision-id={decision.id}
      >
        <span className="queue-line">
          <span className="queue-kind">{queueKindWords(item.kind)}</span>
          <span className="queue-time">{format.moment(decision.occurred_at, Date.now())}</span>
        </span>
        <span className="queue-line">
          <span className="queue-user">
            {decision.user_id === null ? (
              <span className="missing">no user named</span>
            ) : (
              <Untrusted cut>{decision.user_id}</Untrusted>
            )}
          </span>
          <LevelMark level={decision.level} />
          <span className="score">{format.percent(decision.score)}</span>
        </span>
        <span className="sub">
          <Untrusted cut>{placeWords(decision, format) ?? decision.ip}</Untrusted>
        </span>
      </button>
    </li>
  );
}

interface DetailProps {
  readonly item: QueueItem;
  readonly mayJudge: boolean;
  readonly busy: boolean;
  readonly onVerdict: (verdict: VerdictWord) => void;
  readonly onSkip: () => void;
}

function Detail({ item, mayJudge, busy, onVerdict, onSkip }: DetailProps) {
  const format = useFormat();
  const { decision } = item;
  const whole = useQuery(decisionQuery(decision.id));
  const wholeProblem = useProblem(whole);
  return (
    <Panel
      title={queueKindWords(item.kind)}
      note={`Priority ${format.count(item.priority)} of 100`}
      testId="queue-detail"
      actions={
        <Link
          to="/decisions/$decisionId"
          params={{ decisionId: decision.id }}
          className="button button-quiet"
        >
          Open <kbd>o</kbd>
        </Link>
      }
    >
      <div className="queue-verdicts">
        {VERDICT_KEYS.map(({ key, verdict, words }) => (
          <button
            key={verdict}
            type="button"
            className={verdict === 'compromised' ? 'button button-danger-quiet' : 'button'}
            disabled={!mayJudge || busy}
            onClick={() => onVerdict(verdict)}
            data-testid={`queue-${verdict}`}
          >
            {words} <kbd>{key}</kbd>
          </button>
        ))}
        <button type="button" className="button button-quiet" onClick={onSkip}>
          Skip <kbd>s</kbd>
        </button>
        {decision.user_id !== null && (
          <Link to="/user" search={{ id: decision.user_id }} className="button button-quiet">
            User <kbd>u</kbd>
          </Link>
        )}
      </div>
      {!mayJudge && <p className="field-note">This session may not give verdicts (scope feedback:write).</p>}
      <ul className="reasons">
        {item.why.map((why) => (
          <li key={why.code}>
            <Untrusted>{why.message}</Untrusted>
          </li>
        ))}
        {item.also.length > 0 && (
          <li className="muted">
            Also: {item.also.map((kind) => queueKindWords(kind).toLowerCase()).join(', ')}
          </li>
        )}
      </ul>
      <dl className="facts facts-wide">
        <div className="fact">
          <dt>User</dt>
          <dd>
            {decision.user_id === null ? (
              <Nobody row={decision} />
            ) : (
              <Link to="/user" search={{ id: decision.user_id }}>
                <Untrusted>{decision.user_id}</Untrusted>
              </Link>
            )}
            {item.user !== null && item.user.open > 1 && (
              <span className="muted">, {format.count(item.user.open)} open</span>
            )}
          </dd>
        </div>
        <div className="fact">
          <dt>When</dt>
          <dd>{format.full(decision.occurred_at)}</dd>
        </div>
        <div className="fact">
          <dt>Event</dt>
          <dd>
            {splitCode(decision.type).words} {decision.status}
          </dd>
        </div>
        <div className="fact">
          <dt>Decided</dt>
          <dd>
            <ActionMark action={decision.action} />
            {decision.resolution !== null && (
              <span className="muted"> {resolutionWords(decision.resolution).toLowerCase()}</span>
            )}
          </dd>
        </div>
        <div className="fact">
          <dt>From</dt>
          <dd>
            <Link to="/address" search={{ ip: decision.ip }}>
              <Untrusted mono>{decision.ip}</Untrusted>
            </Link>{' '}
            <Untrusted>
              {[placeWords(decision, format), networkWords(decision)]
                .filter((word) => word !== null)
                .join(', ')}
            </Untrusted>
          </dd>
        </div>
        <div className="fact">
          <dt>Client</dt>
          <dd>
            <Untrusted>{clientWords(decision) ?? 'unknown'}</Untrusted>
          </dd>
        </div>
      </dl>
      {whole.data === undefined ? (
        wholeProblem !== null ? (
          <ProblemNote
            what="The evidence could not be loaded"
            error={wholeProblem}
            onRetry={() => void whole.refetch()}
            slim
          />
        ) : (
          <SkeletonBlock label="Loading the evidence" />
        )
      ) : (
        <Waterfall decision={whole.data} />
      )}
    </Panel>
  );
}

/** What a person should look at next, one after the other, without leaving the keyboard. */
export function ReviewPage() {
  useTitle('Review queue');
  const format = useFormat();
  const queryClient = useQueryClient();
  const { session } = useRouteContext({ from: '/app/review' });
  const search = useSearch({ from: '/app/review' });
  const navigate = useNavigate({ from: '/review' });
  const mayJudge = session.scopes.includes('feedback:write');
  const query = useInfiniteQuery(queueQuery(search.kind));
  const problem = useProblem(query);
  /** Judged here: gone at once, whatever the list still says. */
  const [judged, setJudged] = useState<ReadonlyMap<string, VerdictWord>>(new Map());
  const [skipped, setSkipped] = useState<ReadonlySet<string>>(new Set());
  // What was judged between the answers to two pages may stand in both.
  const listed = [
    ...new Map(
      (query.data?.pages ?? []).flatMap(({ data }) => data).map((entry) => [entry.decision.id, entry]),
    ).values(),
  ];
  const open = listed.filter(({ decision }) => !judged.has(decision.id));
  const newest = query.data?.pages.at(-1);
  // Judged here and still in the answer: it waits for its five seconds.
  const total = Math.max(open.length, (newest?.total ?? 0) - (listed.length - open.length));
  const items = [
    ...open.filter(({ decision }) => !skipped.has(decision.id)),
    ...open.filter(({ decision }) => skipped.has(decision.id)),
  ];
  const at = Math.max(
    0,
    items.findIndex(({ decision }) => decision.id === search.at),
  );
  const item = items[at];
  const goTo = (id: string | undefined): void => {
    void navigate({
      search: ({ at: _at, ...rest }) => (id === undefined ? rest : { ...rest, at: id }),
      replace: true,
    });
  };
  const choose = (index: number): void => {
    const next = items[Math.min(Math.max(index, 0), items.length - 1)];
    if (next !== undefined) goTo(next.decision.id);
    if (index >= items.length - AHEAD && query.hasNextPage && !query.isFetchingNextPage)
      void query.fetchNextPage();
  };
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const reopen = (id: string): void => {
    setJudged((before) => {
      const next = new Map(before);
      next.delete(id);
      return next;
    });
    goTo(id);
  };
  const judge = useMutation({
    mutationFn: ({ id, verdict }: { id: string; verdict: VerdictWord }) =>
      giveFeedback(id, {
        verdict,
        source: 'analyst',
        scope: verdict === 'compromised' ? 'device' : 'decision',
      }),
    onError: (_error, { id }) => {
      if (here.current) reopen(id);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: QUEUE_KEY }),
  });
  const verdicts = useHeldVerdicts(judge.mutate);
  const give = (verdict: VerdictWord): void => {
    if (item === undefined || !mayJudge) return;
    const { id } = item.decision;
    setJudged((before) => new Map([...before].filter(([other]) => other !== id)).set(id, verdict));
    const next = items[at + 1] ?? items[at - 1];
    goTo(next?.decision.id);
    verdicts.hold({ id, verdict });
  };
  const undo = (): void => {
    const taken = verdicts.undo();
    if (taken !== undefined) reopen(taken.id);
  };
  const skip = (): void => {
    if (item === undefined) return;
    const { id } = item.decision;
    setSkipped((before) => new Set(before).add(id));
    const next = items[at + 1] ?? items[0];
    if (next !== undefined) goTo(next.decision.id);
  };
  useShortcuts({
    j: () => choose(at + 1),
    k: () => choose(at - 1),
    ...Object.fromEntries(VERDICT_KEYS.map(({ key, verdict }) => [key, () => give(verdict)])),
    s: skip,
    z: undo,
    o: () => {
      if (item !== undefined)
        void navigate({ to: '/decisions/$decisionId', params: { decisionId: item.decision.id } });
    },
    u: () => {
      const id = item?.decision.user_id;
      if (id != null) void navigate({ to: '/user', search: { id } });
    },
  });
  const last = [...judged.entries()].at(-1);

  return (
    <div className="page" data-testid="review-page">
      <div className="page-head">
        <h1>Review queue</h1>
        <div className="page-controls">
          <p className="muted" role="status" data-testid="queue-count">
            {query.data === undefined
              ? ''
              : items.length === 0
                ? 'Nothing is open'
                : items.length < total
                  ? `${format.count(items.length)} of ${format.count(total)} open`
                  : `${format.count(total)} open`}
            {judged.size > 0 && `, ${format.count(judged.size)} judged`}
            {last !== undefined && (
              <>
                {', last '}
                <Link to="/decisions/$decisionId" params={{ decisionId: last[0] }} data-testid="last-judged">
                  {last[1]}
                </Link>
              </>
            )}
          </p>
          <label className="field-inline">
            <span>Kind</span>
            <select
              className="input"
              value={search.kind ?? ''}
              onChange={(event) => {
                const kind = event.target.value;
                void navigate({ search: kind === '' ? {} : { kind } });
              }}
              data-testid="queue-kind-filter"
            >
              <option value="">All</option>
              {QUEUE_KIND_WORDS.map((kind) => {
                const found = newest?.totals?.find((counted) => counted.kind === kind);
                return (
                  <option key={kind} value={kind}>
                    {queueKindWords(kind)}
                    {found !== undefined && ` (${format.count(found.total)})`}
                  </option>
                );
              })}
            </select>
          </label>
          {verdicts.held.length > 0 && (
            <button type="button" className="button" onClick={undo} data-testid="undo-verdict">
              Undo <kbd>z</kbd>
            </button>
          )}
        </div>
      </div>
      {problem !== null && (
        <ProblemNote
          what="The queue could not be loaded"
          error={problem}
          onRetry={() => void query.refetch()}
          busy={query.isFetching}
          slim={query.data !== undefined}
        />
      )}
      {judge.isError && (
        <ProblemNote
          what="The verdict was not saved; it is open again"
          error={judge.error}
          onRetry={() => judge.reset()}
          slim
        />
      )}
      {query.data === undefined && problem === null && <SkeletonLines lines={12} label="Loading the queue" />}
      {query.data !== undefined && items.length === 0 && (
        <div className="empty" data-testid="queue-empty">
          <h3>Nobody is waiting</h3>
          <p>
            Logins come here when a challenge fails or is refused, when a verdict contradicts a decision, or
            when a user stays risky. The last seven days hold none
            {search.kind !== undefined && ' of this kind'} that is open.
          </p>
          {search.kind === undefined ? (
            <Link to="/decisions" search={{ level: 'high', range: '7d' }} className="button">
              Look at high risks of the week
            </Link>
          ) : (
            <Link to="/review" className="button">
              Show every kind
            </Link>
          )}
        </div>
      )}
      {item !== undefined && (
        <div className="queue">
          <Panel
            title="Open"
            note={
              <>
                <kbd>j</kbd> <kbd>k</kbd> next, previous
              </>
            }
            flush
            className="queue-list"
          >
            <ol data-testid="queue">
              {items.map((entry, index) => (
                <Item
                  key={entry.decision.id}
                  item={entry}
                  chosen={index === at}
                  onChoose={() => choose(index)}
                />
              ))}
            </ol>
            {query.hasNextPage && (
              <div className="more">
                <button
                  type="button"
                  className="button"
                  onClick={() => {
                    if (!query.isFetchingNextPage) void query.fetchNextPage();
                  }}
                  aria-disabled={query.isFetchingNextPage}
                  data-testid="queue-more"
                >
                  {query.isFetchingNextPage ? 'Loading…' : 'Load more'}
                </button>
              </div>
            )}
          </Panel>
          <Detail
            key={item.decision.id}
            item={item}
            mayJudge={mayJudge}
            busy={false}
            onVerdict={give}
            onSkip={skip}
          />
        </div>
      )}
      {newest !== undefined && newest.ordering !== '' && items.length > 0 && (
        <p className="field-note">{newest.ordering}</p>
      )}
    </div>
  );
}
