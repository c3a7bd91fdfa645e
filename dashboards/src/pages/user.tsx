import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouteContext, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isProblem } from '../api/problem.ts';
import { userQuery } from '../api/queries.ts';
import type { User } from '../api/types.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { useFormat } from '../components/format-context.tsx';
import { Habits } from '../components/habits.tsx';
import { LevelMark } from '../components/marks.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RiskStrip } from '../components/risk-strip.tsx';
import { SkeletonBlock, SkeletonLines } from '../components/skeleton.tsx';
import { Timeline } from '../components/timeline.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import { ForgetDevice, UserActions } from '../components/user-actions.tsx';
import type { Format } from '../lib/format.ts';
import { clientWords, placeWords } from '../lib/place-words.ts';
import { reveal, sentence } from '../lib/text.ts';
import { durationWords } from '../lib/words.ts';

/** More are in the search. */
const MOST_ADDRESSES = 12;

interface LoadedProps {
  readonly user: User;
  readonly mayJudge: boolean;
  readonly onErasing: (erasing: boolean) => void;
  readonly onErased: (receipt: string) => void;
}

function Head({ user, mayJudge, onErasing, onErased }: LoadedProps) {
  const format = useFormat();
  const { profile, activity } = user;
  return (
    <div className="decision-head">
      <div className="decision-what">
        <h1>
          <span className="kind">User</span> <Untrusted>{user.user_id}</Untrusted>
        </h1>
        <ul className="decision-line">
          <li data-testid="user-level">
            <LevelMark level={user.risk_level} />
            {user.risk_level === 'unknown' ? ' nothing in the last week' : ' risk in the last week'}
          </li>
          {profile === null ? (
            <li>no accepted login yet</li>
          ) : (
            <>
              <li>learned from {logins(profile.logins, format)}</li>
              <li>since {format.stamp(profile.created_at)}</li>
            </>
          )}
          <li>
            {format.count(activity.challenged)} challenged, {format.count(activity.blocked)} blocked,{' '}
            {format.count(activity.failed)} failed of {format.count(activity.decisions)} in{' '}
            {durationWords(Date.parse(activity.to) - Date.parse(activity.from))}
          </li>
        </ul>
      </div>
      <UserActions user={user} mayJudge={mayJudge} onErasing={onErasing} onErased={onErased} />
    </div>
  );
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  trusted: 'familiar',
  provisional: 'provisional',
  unknown: 'not familiar',
};

function Devices({ user, mayJudge }: { readonly user: User; readonly mayJudge: boolean }) {
  const format = useFormat();
  const { devices } = user.activity;
  if (devices.length === 0) return <p className="empty-line">No device was seen.</p>;
  return (
    <ul className="habits">
      {devices.map((device) => (
        <li key={device.device_key} data-testid="user-device" data-status={device.status}>
          <div className="habit-words">
            <Link
              to="/device"
              search={{ key: device.device_key }}
              title={`Device ${reveal(device.device_key)}`}
            >
              <Untrusted>{clientWords(device) ?? 'Unknown client'}</Untrusted>
            </Link>
            <span className="tl-tag">{STATUS_WORDS[device.status] ?? device.status}</span>
            {mayJudge && device.status !== 'unknown' && (
              <ForgetDevice userId={user.user_id} device={device} />
            )}
          </div>
          <p className="sub">
            {logins(device.decisions, format)}, last {format.stamp(device.last_seen)}
            {device.countries.length > 0 && `, ${device.countries.map(format.country).join(', ')}`}
          </p>
        </li>
      ))}
    </ul>
  );
}

const logins = (n: number, format: Pick<Format, 'count'>): string =>
  `${format.count(n)} ${n === 1 ? 'login' : 'logins'}`;

function Networks({ user }: { readonly user: User }) {
  const format = useFormat();
  const { networks } = user.activity;
  if (networks.length === 0) return <p className="empty-line">No network was seen.</p>;
  return (
    <ul className="habits">
      {networks.map((network) => (
        <li key={`${network.asn} ${network.country}`}>
          <div className="habit-words">
            {network.asn === null ? (
              <span className="missing">unknown network</span>
            ) : (
              <Link to="/network" search={{ asn: String(network.asn) }}>
                <Untrusted>{network.as_name ?? `AS${network.asn}`}</Untrusted>
              </Link>
            )}
            {network.network_classes.map((name) => (
              <span key={name} className="tl-tag">
                {sentence(name).toLowerCase()}
              </span>
            ))}
          </div>
          <p className="sub">
            {logins(network.decisions, format)}, last {format.stamp(network.last_seen)}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Places({ user }: { readonly user: User }) {
  const format = useFormat();
  const { places } = user.activity;
  if (places.length === 0) return <p className="empty-line">No place was seen.</p>;
  return (
    <ul className="habits">
      {places.map((place) => (
        <li key={`${place.country} ${place.region} ${place.city} ${place.latitude} ${place.longitude}`}>
          <div className="habit-words">
            <Untrusted>{placeWords(place, format) ?? 'Place unknown'}</Untrusted>
          </div>
          <p className="sub">
            {logins(place.decisions, format)}, last {format.stamp(place.last_seen)}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Addresses({ user }: { readonly user: User }) {
  const format = useFormat();
  const { addresses } = user.activity;
  if (addresses.length === 0) return <p className="empty-line">No address was seen.</p>;
  return (
    <ul className="habits">
      {addresses.slice(0, MOST_ADDRESSES).map(({ ip, decisions, last_seen }) => (
        <li key={ip}>
          <div className="habit-words">
            <Link to="/address" search={{ ip }}>
              <Untrusted mono>{ip}</Untrusted>
            </Link>
          </div>
          <p className="sub">
            {logins(decisions, format)}, last {format.stamp(last_seen)}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Loaded({ user, mayJudge, onErasing, onErased }: LoadedProps) {
  const format = useFormat();
  return (
    <>
      <Head user={user} mayJudge={mayJudge} onErasing={onErasing} onErased={onErased} />
      <div className="decision-grid">
        <div className="decision-main">
          <Panel title="Risk over time" note="Each dot is a decision">
            <RiskStrip decisions={user.timeline} />
            {user.timeline.length === 0 && <p className="empty-line">No decision is kept.</p>}
          </Panel>
          <Panel
            title="Timeline"
            note={`The last ${format.count(user.timeline.length)}`}
            flush
            actions={
              <Link to="/decisions" search={{ user: user.user_id }} className="button button-quiet">
                All
              </Link>
            }
          >
            {user.timeline.length === 0 ? (
              <p className="empty-line empty-inset">Nothing has happened within the time that is kept.</p>
            ) : (
              <Timeline decisions={user.timeline} />
            )}
          </Panel>
        </div>
        <div className="decision-side">
          <Panel title="Devices" testId="devices">
            <Devices user={user} mayJudge={mayJudge} />
          </Panel>
          <Panel title="Places">
            <Places user={user} />
          </Panel>
          <Panel title="Networks">
            <Networks user={user} />
          </Panel>
          <Panel title="Addresses">
            <Addresses user={user} />
          </Panel>
          <Panel title="Usual countries" note="What the model holds">
            <Habits habits={user.countries} none="No country is usual yet." words={format.country} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function NotThere({ id }: { readonly id: string }) {
  return (
    <div className="empty empty-page" data-testid="no-such-user">
      <h1>Nothing is known about this user</h1>
      <p>
        <Untrusted mono>{id}</Untrusted> has no profile and no decision in this tenant. Ids are compared
        exactly as the auth server sends them in <code>user.id</code>.
      </p>
      <Link to="/decisions" className="button button-strong">
        Search decisions
      </Link>
    </div>
  );
}

/** Stays until it is left: the receipt is nowhere else. */
function Erased({ receipt }: { readonly receipt: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="empty empty-page" data-testid="erased">
      <h1 ref={heading} tabIndex={-1}>
        Erased
      </h1>
      <p>
        Everything that was held of this user is gone, and late events will not bring it back. Keep the
        receipt: it is shown only here.
      </p>
      <p>
        <code data-testid="erasure-receipt">{receipt}</code> <CopyButton text={receipt} label="the receipt" />
      </p>
      <Link to="/" className="button button-strong">
        To the overview
      </Link>
    </div>
  );
}

function Nobody() {
  return (
    <div className="empty empty-page">
      <h1>Which user?</h1>
      <p>
        Press <kbd>/</kbd> and type the id that the auth server sends in <code>user.id</code>.
      </p>
    </div>
  );
}

/** One user: what happened, what is usual, and how risky it looked. */
export function UserPage() {
  const { id } = useSearch({ from: '/app/user' });
  const { session } = useRouteContext({ from: '/app/user' });
  return id === undefined ? (
    <Nobody />
  ) : (
    <UserOf key={id} id={id} mayJudge={session.scopes.includes('feedback:write')} />
  );
}

function UserOf({ id, mayJudge }: { readonly id: string; readonly mayJudge: boolean }) {
  useTitle('User');
  const queryClient = useQueryClient();
  const [receipt, setReceipt] = useState<string | null>(null);
  const [erasing, setErasing] = useState(false);
  const query = useQuery({ ...userQuery(id), enabled: receipt === null && !erasing });
  const stopAsking = useCallback(
    (stop: boolean) => {
      setErasing(stop);
      if (stop) void queryClient.cancelQueries({ queryKey: ['user', id] });
    },
    [queryClient, id],
  );
  const problem = useProblem(query);
  const missing = isProblem(problem, 404) || isProblem(problem, 410);
  if (receipt !== null) {
    return (
      <div className="page" data-testid="user-page">
        <Erased receipt={receipt} />
      </div>
    );
  }
  return (
    <div className="page" data-testid="user-page">
      {query.data === undefined && !missing && <h1>User</h1>}
      {problem !== null &&
        (missing ? (
          <NotThere id={id} />
        ) : (
          <ProblemNote
            what="The user could not be loaded"
            error={problem}
            onRetry={() => void query.refetch()}
            busy={query.isFetching}
            slim={query.data !== undefined}
          />
        ))}
      {query.data === undefined && problem === null && (
        <>
          <SkeletonLines lines={3} label="Loading the user" />
          <SkeletonBlock label="Loading the timeline" />
        </>
      )}
      {query.data !== undefined && !missing && (
        <Loaded
          user={query.data}
          mayJudge={mayJudge}
          onErasing={stopAsking}
          onErased={(erasure) => {
            setReceipt(erasure);
            queryClient.removeQueries({ queryKey: ['user', id] });
          }}
        />
      )}
    </div>
  );
}
