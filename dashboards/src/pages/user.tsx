import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { exportUser } from '../api/client.ts';
import { isProblem } from '../api/problem.ts';
import { userQuery } from '../api/queries.ts';
import type { User } from '../api/types.ts';
import { useFormat } from '../components/format-context.tsx';
import { Habits } from '../components/habits.tsx';
import { DownloadIcon } from '../components/icons.tsx';
import { LevelMark } from '../components/marks.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RiskStrip } from '../components/risk-strip.tsx';
import { saveFile } from '../components/save-file.ts';
import { SkeletonBlock, SkeletonLines } from '../components/skeleton.tsx';
import { Timeline } from '../components/timeline.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useTitle } from '../components/use-title.ts';

function ExportButton({ userId }: { readonly userId: string }) {
  const take = useMutation({
    mutationFn: () => exportUser(userId),
    onSuccess: (data) =>
      saveFile('gatehouse-user.json', 'application/json', `${JSON.stringify(data, null, 2)}\n`),
  });
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => take.mutate()}
        disabled={take.isPending}
        data-testid="export-user"
      >
        <DownloadIcon />
        {take.isPending ? 'Exporting…' : 'Export'}
      </button>
      {take.isError && <ProblemNote what="The export failed" error={take.error} slim />}
    </>
  );
}

function Head({ user }: { readonly user: User }) {
  const format = useFormat();
  const { profile } = user;
  return (
    <div className="decision-head">
      <div className="decision-what">
        <h1>
          <Untrusted>{user.user_id}</Untrusted>
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
              <li>{format.count(profile.logins)} accepted logins</li>
              <li>since {format.stamp(profile.created_at)}</li>
              {profile.last_country !== null && <li>last in {format.country(profile.last_country)}</li>}
            </>
          )}
        </ul>
      </div>
      <div className="head-actions">
        <Link to="/decisions" search={{ user: user.user_id }} className="button">
          All decisions
        </Link>
        <ExportButton userId={user.user_id} />
      </div>
    </div>
  );
}

function Loaded({ user }: { readonly user: User }) {
  const format = useFormat();
  return (
    <>
      <Head user={user} />
      <div className="decision-grid">
        <div className="decision-main">
          <Panel title="Risk over time" note="Each dot is a decision">
            <RiskStrip decisions={user.last_decisions} />
            {user.last_decisions.length === 0 && <p className="empty-line">No decision is kept.</p>}
          </Panel>
          <Panel title="Timeline" note={`The last ${format.count(user.last_decisions.length)}`} flush>
            {user.last_decisions.length === 0 ? (
              <p className="empty-line empty-inset">Nothing has happened within the time that is kept.</p>
            ) : (
              <Timeline decisions={user.last_decisions} />
            )}
          </Panel>
        </div>
        <div className="decision-side">
          <Panel title="Countries">
            <Habits habits={user.countries} none="No country is usual yet." words={format.country} />
          </Panel>
          <Panel title="Places" note="Coarse grid, latitude and longitude">
            <Habits habits={user.places} none="No place is usual yet." />
          </Panel>
          <Panel title="Devices" testId="devices">
            <Habits habits={user.devices} none="No device is known yet." />
          </Panel>
          <Panel title="Networks">
            <Habits habits={user.networks} none="No network is usual yet." />
          </Panel>
          <Panel title="Clients">
            <Habits habits={user.clients} none="No client is usual yet." />
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
  return id === undefined ? <Nobody /> : <UserOf key={id} id={id} />;
}

function UserOf({ id }: { readonly id: string }) {
  useTitle('User');
  const query = useQuery(userQuery(id));
  const missing = isProblem(query.error, 404) || isProblem(query.error, 410);
  return (
    <div className="page" data-testid="user-page">
      {query.isError &&
        (missing ? (
          <NotThere id={id} />
        ) : (
          <ProblemNote
            what="The user could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
            busy={query.isFetching}
            slim={query.data !== undefined}
          />
        ))}
      {query.data === undefined && !query.isError && (
        <>
          <SkeletonLines lines={3} label="Loading the user" />
          <SkeletonBlock label="Loading the timeline" />
        </>
      )}
      {query.data !== undefined && !missing && <Loaded user={query.data} />}
    </div>
  );
}
