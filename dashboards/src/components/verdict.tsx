import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useLayoutEffect, useRef, useState } from 'react';
import { giveFeedback } from '../api/client.ts';
import type { Decision, FeedbackBody, VerdictScope } from '../api/types.ts';
import { ProblemNote } from './problem-note.tsx';
import { Untrusted } from './untrusted.tsx';

type Asked = 'legitimate' | 'compromised';

const TITLES: Readonly<Record<Asked, string>> = {
  legitimate: 'Mark as legitimate?',
  compromised: 'Mark as compromised?',
};

const EFFECTS: Readonly<Record<Asked, string>> = {
  legitimate:
    'You say that this was the rightful user. What the login showed may become familiar for this user.',
  compromised:
    'You say that somebody else was behind this. The profile is rebuilt without this decision and the later ones of the same device or session, so that nothing of the attacker stays familiar.',
};

const SCOPES: readonly { readonly value: VerdictScope; readonly words: string }[] = [
  { value: 'device', words: 'This device: this decision and its later ones' },
  { value: 'session', words: 'This session: this decision and its later ones' },
  { value: 'decision', words: 'This decision only' },
];

/** The longest note that a person needs; bodies are limited anyway. */
const MAX_NOTE = 1_000;

interface ConfirmProps {
  readonly decision: Decision;
  readonly asked: Asked;
  readonly onClose: () => void;
  readonly onDone: (verdict: Asked) => void;
}

function ConfirmVerdict({ decision, asked, onClose, onDone }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const queryClient = useQueryClient();
  const send = useMutation({
    mutationFn: (body: FeedbackBody) => giveFeedback(decision.id, body),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['decision', decision.id] });
      onDone(asked);
      // Closed, not merely removed: the browser then puts the focus back on the button that opened it.
      dialog.current?.close();
    },
  });
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const submit = (data: FormData): void => {
    const note = String(data.get('note') ?? '').trim();
    const scope = SCOPES.find(({ value }) => value === data.get('scope'))?.value ?? 'device';
    send.mutate({
      verdict: asked,
      source: 'analyst',
      scope: asked === 'compromised' ? scope : 'decision',
      ...(note === '' ? {} : { note }),
    });
  };
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onClose={onClose}
      data-testid="verdict-dialog"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <h2 id={titleId}>{TITLES[asked]}</h2>
        <p>{EFFECTS[asked]}</p>
        {decision.event.user?.id != null && (
          <p className="muted">
            User <Untrusted mono>{decision.event.user.id}</Untrusted>
          </p>
        )}
        {asked === 'compromised' && (
          <fieldset className="radios">
            <legend>How far it reaches</legend>
            {SCOPES.map(({ value, words }) => (
              <label key={value}>
                <input type="radio" name="scope" value={value} defaultChecked={value === 'device'} />
                {words}
              </label>
            ))}
          </fieldset>
        )}
        <label className="field">
          <span>Note (optional)</span>
          <textarea className="input" name="note" rows={2} maxLength={MAX_NOTE} />
        </label>
        {send.isError && <ProblemNote what="The verdict was not saved" error={send.error} slim />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="submit"
            className={asked === 'compromised' ? 'button button-danger' : 'button button-strong'}
            disabled={send.isPending}
            data-testid="verdict-confirm"
          >
            {send.isPending
              ? 'Saving…'
              : asked === 'compromised'
                ? 'Mark as compromised'
                : 'Mark as legitimate'}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** A person's verdict on a decision, asked twice because it changes what the engine believes. */
export function VerdictButtons({
  decision,
  allowed,
}: {
  readonly decision: Decision;
  readonly allowed: boolean;
}) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [done, setDone] = useState<Asked | null>(null);
  return (
    <div className="verdict">
      <fieldset className="verdict-buttons" disabled={!allowed}>
        <legend className="visually-hidden">Your verdict</legend>
        <button
          type="button"
          className="button"
          onClick={() => setAsked('legitimate')}
          data-testid="verdict-legitimate"
        >
          Legitimate
        </button>
        <button
          type="button"
          className="button button-danger-quiet"
          onClick={() => setAsked('compromised')}
          data-testid="verdict-compromised"
        >
          Compromised
        </button>
      </fieldset>
      <p className="verdict-said" role="status">
        {!allowed && 'This session may not give verdicts (scope feedback:write).'}
        {done !== null && `Saved: ${done}.`}
      </p>
      {asked !== null && (
        <ConfirmVerdict decision={decision} asked={asked} onClose={() => setAsked(null)} onDone={setDone} />
      )}
    </div>
  );
}
