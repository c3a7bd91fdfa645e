import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { eraseUser, exportUser, forgetDevice, giveFeedback } from '../api/client.ts';
import { isProblem } from '../api/problem.ts';
import type { DecisionRow, User, UserDevice, VerdictWord } from '../api/types.ts';
import { sentence } from '../lib/text.ts';
import { useFormat } from './format-context.tsx';
import { DownloadIcon } from './icons.tsx';
import { ActionMark } from './marks.tsx';
import { Modal } from './modal.tsx';
import { ProblemNote } from './problem-note.tsx';
import { saveFile } from './save-file.ts';
import { Untrusted } from './untrusted.tsx';

type Judgement = Extract<VerdictWord, 'legitimate' | 'compromised'>;

/**
 * The decisions that a verdict on the user is about: the risky ones that nobody has judged. Without any, the newest, so
 * that a person who knows better than the score can still say so.
 */
const concerned = (rows: readonly DecisionRow[]): readonly DecisionRow[] => {
  const risky = rows.filter((row) => row.level !== 'low' && row.verdict === null);
  return risky.length > 0 ? risky : rows.slice(0, 1);
};

const MOST_CONCERNED = 10;

function ConfirmUser({
  user,
  verdict,
  onClose,
}: {
  readonly user: User;
  readonly verdict: Judgement;
  readonly onClose: (said: boolean) => void;
}) {
  const format = useFormat();
  const queryClient = useQueryClient();
  const rows = concerned(user.timeline).slice(0, MOST_CONCERNED);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter(({ id }) => !left.has(id));
  const send = useMutation({
    mutationFn: async () => {
      for (const row of chosen)
        await giveFeedback(row.id, {
          verdict,
          source: 'analyst',
          scope: verdict === 'compromised' ? 'device' : 'decision',
        });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['user', user.user_id] });
      onClose(true);
    },
  });
  return (
    <Modal
      title={
        verdict === 'legitimate'
          ? 'Confirm that this user is safe?'
          : 'Confirm that this user is compromised?'
      }
      onClose={() => onClose(false)}
      testId="confirm-user"
      busy={send.isPending}
    >
      <p>
        {verdict === 'legitimate'
          ? 'You say that the rightful user was behind these logins. What they showed may become familiar.'
          : 'You say that somebody else was behind these logins. The profile is rebuilt without them and without later ones of the same devices, so that nothing of the attacker stays familiar.'}
      </p>
      <fieldset className="checks">
        <legend>Which logins</legend>
        {rows.map((row) => (
          <label key={row.id} className="check">
            <input
              type="checkbox"
              checked={!left.has(row.id)}
              onChange={(event) => {
                const next = new Set(left);
                if (event.target.checked) next.delete(row.id);
                else next.add(row.id);
                setLeft(next);
              }}
            />
            <ActionMark action={row.action} />
            <span>
              {format.stamp(row.occurred_at)}, {format.percent(row.score)},{' '}
              <Untrusted>
                {row.city ?? (row.country === null ? row.ip : format.country(row.country))}
              </Untrusted>
            </span>
          </label>
        ))}
      </fieldset>
      {send.isError && <ProblemNote what="Not every verdict was saved" error={send.error} slim />}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => onClose(false)} disabled={send.isPending}>
          Cancel
        </button>
        <button
          type="button"
          className={verdict === 'compromised' ? 'button button-danger' : 'button button-strong'}
          disabled={send.isPending || chosen.length === 0}
          onClick={() => send.mutate()}
          data-testid="confirm-user-now"
        >
          {send.isPending ? 'Saving…' : verdict === 'legitimate' ? 'Confirm safe' : 'Confirm compromised'}
        </button>
      </div>
    </Modal>
  );
}

/** Whether anything was erased is unknown after an answer that did not come or that the server could not give. */
const leavesOpen = (error: unknown): boolean =>
  !(isProblem(error) && error.status >= 400 && error.status < 500);

interface EraseUserProps {
  readonly userId: string;
  readonly onClose: () => void;
  /** Told when the dialog opens and closes: meanwhile an answer may already say that nobody is there, and close it. */
  readonly onErasing: (erasing: boolean) => void;
  /** Told the number of the receipt; the page then has nothing to show any more. */
  readonly onErased: (receipt: string) => void;
}

function EraseUser({ userId, onClose, onErasing, onErased }: EraseUserProps) {
  const [typed, setTyped] = useState('');
  const [key, setKey] = useState('');
  const [unconfirmed, setUnconfirmed] = useState(false);
  useEffect(() => {
    onErasing(true);
    return () => onErasing(false);
  }, [onErasing]);
  const erase = useMutation({
    // The key's own failure, and not the session's.
    meta: { ownKey: true },
    mutationFn: () => eraseUser(userId, key.trim()),
    onSuccess: ({ id }) => onErased(id),
    onError: (error) => {
      if (leavesOpen(error)) setUnconfirmed(true);
    },
  });
  const failed = isProblem(erase.error, 401)
    ? 'The key was refused'
    : unconfirmed
      ? 'The erasure is not confirmed; erase again'
      : 'Nothing was erased';
  return (
    <Modal
      title="Erase everything about this user?"
      onClose={onClose}
      testId="erase-user-dialog"
      busy={erase.isPending}
    >
      <form
        className="range-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === userId && key.trim() !== '') erase.mutate();
        }}
      >
        <p>
          Profile, decisions and feedback are removed everywhere. It cannot be undone, and later logins of
          this user are no longer judged by a history.
        </p>
        <p>
          A session must not be able to destroy: enter an API key with the scope <code>users:erase</code>. It
          is sent once and not kept.
        </p>
        <label className="field">
          <span>
            Type the user id <Untrusted mono>{userId}</Untrusted>
          </span>
          <input
            className="input"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck="false"
            dir="auto"
            data-testid="erase-id"
          />
        </label>
        <label className="field">
          <span>API key</span>
          <input
            className="input"
            type="password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            autoComplete="off"
            spellCheck="false"
            data-testid="erase-key"
          />
        </label>
        {erase.isError && <ProblemNote what={failed} error={erase.error} slim />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose} disabled={erase.isPending}>
            Cancel
          </button>
          <button
            type="submit"
            className="button button-danger"
            disabled={erase.isPending || typed !== userId || key.trim() === ''}
            data-testid="erase-now"
          >
            {erase.isPending ? 'Erasing…' : 'Erase'}
          </button>
        </div>
      </form>
    </Modal>
  );
}

interface UserActionsProps {
  readonly user: User;
  readonly mayJudge: boolean;
  readonly onErasing: EraseUserProps['onErasing'];
  readonly onErased: EraseUserProps['onErased'];
}

/** What can be done about a user. */
export function UserActions({ user, mayJudge, onErasing, onErased }: UserActionsProps) {
  const [open, setOpen] = useState<Judgement | 'erase' | null>(null);
  const [said, setSaid] = useState<Judgement | null>(null);
  const take = useMutation({
    mutationFn: () => exportUser(user.user_id),
    onSuccess: (data) =>
      saveFile('gatehouse-user.json', 'application/json', `${JSON.stringify(data, null, 2)}\n`),
  });
  return (
    <div className="verdict">
      <div className="head-actions">
        <fieldset className="verdict-buttons" disabled={!mayJudge || user.timeline.length === 0}>
          <legend className="visually-hidden">Your verdict</legend>
          <button
            type="button"
            className="button"
            onClick={() => setOpen('legitimate')}
            data-testid="confirm-safe"
          >
            Confirm safe
          </button>
          <button
            type="button"
            className="button button-danger-quiet"
            onClick={() => setOpen('compromised')}
            data-testid="confirm-compromised"
          >
            Confirm compromised
          </button>
        </fieldset>
        <Link to="/decisions" search={{ user: user.user_id }} className="button">
          All decisions
        </Link>
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
        <button
          type="button"
          className="button button-danger-quiet"
          onClick={() => setOpen('erase')}
          data-testid="erase-user"
        >
          Erase…
        </button>
      </div>
      <p className="verdict-said" role="status">
        {!mayJudge && 'This session may not give verdicts (scope feedback:write).'}
        {said !== null && `Saved: ${sentence(said).toLowerCase()}.`}
      </p>
      {take.isError && <ProblemNote what="The export failed" error={take.error} slim />}
      {(open === 'legitimate' || open === 'compromised') && (
        <ConfirmUser
          user={user}
          verdict={open}
          onClose={(done) => {
            if (done) setSaid(open);
            setOpen(null);
          }}
        />
      )}
      {open === 'erase' && (
        <EraseUser
          userId={user.user_id}
          onClose={() => setOpen(null)}
          onErasing={onErasing}
          onErased={onErased}
        />
      )}
    </div>
  );
}

/** Makes a device unknown again, after asking. */
export function ForgetDevice({ userId, device }: { readonly userId: string; readonly device: UserDevice }) {
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const forget = useMutation({
    mutationFn: () => forgetDevice(userId, device.device_key),
    onSuccess: async () => {
      const link = opener.current?.closest('li')?.querySelector('a');
      setAsked(false);
      await queryClient.invalidateQueries({ queryKey: ['user', userId] });
      // The button has gone with what it was for; the device has not.
      link?.focus();
    },
  });
  return (
    <>
      <button
        type="button"
        ref={opener}
        className="button button-quiet"
        onClick={() => setAsked(true)}
        data-testid="forget-device"
      >
        Forget
        <span className="visually-hidden">
          {' '}
          device <Untrusted>{device.device_key}</Untrusted>
        </span>
      </button>
      {asked && (
        <Modal
          title="Forget this device?"
          onClose={() => setAsked(false)}
          testId="forget-dialog"
          busy={forget.isPending}
        >
          <p>The next login from it is that of a new device. What else is usual for the user stays.</p>
          <p className="muted">
            Device <Untrusted mono>{device.device_key}</Untrusted>
          </p>
          {forget.isError && <ProblemNote what="The device was not forgotten" error={forget.error} slim />}
          <div className="dialog-actions">
            <button
              type="button"
              className="button"
              onClick={() => setAsked(false)}
              disabled={forget.isPending}
            >
              Cancel
            </button>
            <button
              type="button"
              className="button button-danger"
              onClick={() => forget.mutate()}
              disabled={forget.isPending}
              data-testid="forget-now"
            >
              {forget.isPending ? 'Forgetting…' : 'Forget device'}
            </button>
          </div>
        </Modal>
      )}
    </>
  );
}
