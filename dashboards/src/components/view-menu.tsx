import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { deleteView, saveView } from '../api/client.ts';
import { viewsQuery } from '../api/queries.ts';
import type { View } from '../api/types.ts';
import { type DecisionsSearch, parseDecisionsSearch, parseQuery, stringifyQuery } from '../lib/url-state.ts';
import { BookmarkIcon, CloseIcon } from './icons.tsx';
import { Modal } from './modal.tsx';
import { Popover } from './popover.tsx';
import { ProblemNote } from './problem-note.tsx';
import { Untrusted } from './untrusted.tsx';

const PAGE = 'decisions';
/** As the API takes it. */
const LONGEST_NAME = 80;

/** What a page would show for a saved state: only what it knows counts, whoever wrote it. */
const known = (state: string): DecisionsSearch => parseDecisionsSearch(parseQuery(state));
const asState = (search: DecisionsSearch): string => stringifyQuery(search).replace(/^\?/, '');

interface ViewMenuProps {
  readonly search: DecisionsSearch;
  /** Whether this session may save and remove. */
  readonly mayWrite: boolean;
}

/** Searches that somebody of this tenant saved under a name, for everybody in it. */
export function ViewMenu({ search, mayWrite }: ViewMenuProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate({ from: '/decisions' });
  const views = useQuery(viewsQuery());
  const [name, setName] = useState('');
  const refresh = () => queryClient.invalidateQueries({ queryKey: viewsQuery().queryKey });
  const state = asState(search);
  const save = useMutation({
    mutationFn: () => saveView({ name: name.trim(), page: PAGE, state }),
    onSuccess: async () => {
      setName('');
      await refresh();
    },
  });
  /** The view that is to be removed, once that is confirmed: it is everybody's. */
  const [asked, setAsked] = useState<View | null>(null);
  const remove = useMutation({
    mutationFn: deleteView,
    onSuccess: () => setAsked(null),
    onSettled: refresh,
  });
  const mine = (views.data ?? []).filter(({ page }) => page === PAGE);
  const shown = mine.find((view) => asState(known(view.state)) === state);
  return (
    <>
      <Popover
        label={
          <>
            <BookmarkIcon /> {shown === undefined ? 'Views' : <Untrusted>{shown.name}</Untrusted>}
          </>
        }
        testId="views"
      >
        {(close) => (
          <div className="range-form">
            {views.isError && (
              <ProblemNote
                what="The saved views could not be loaded"
                error={views.error}
                onRetry={() => void views.refetch()}
                slim
              />
            )}
            {views.isSuccess && mine.length === 0 && (
              <p className="field-note">
                No view is saved yet. Set filters, and save them here under a name.
              </p>
            )}
            {mine.length > 0 && (
              <ul className="view-list">
                {mine.map((view) => (
                  <li key={view.id}>
                    <button
                      type="button"
                      className="button button-quiet"
                      aria-pressed={view === shown}
                      onClick={() => {
                        close();
                        void navigate({ search: known(view.state) });
                      }}
                      data-testid="view"
                    >
                      <Untrusted cut>{view.name}</Untrusted>
                    </button>
                    {mayWrite && (
                      <button
                        type="button"
                        className="button button-icon"
                        onClick={() => setAsked(view)}
                        data-testid="remove-view"
                      >
                        <CloseIcon />
                        <span className="visually-hidden">
                          Remove view <Untrusted>{view.name}</Untrusted>
                        </span>
                      </button>
                    )}
                  </li>
                ))}
              </ul>
            )}
            {mayWrite && (
              <form
                className="range-form"
                onSubmit={(event) => {
                  event.preventDefault();
                  if (name.trim() !== '') save.mutate();
                }}
              >
                <label className="field">
                  <span>Save what is shown as</span>
                  <input
                    className="input"
                    value={name}
                    onChange={(event) => setName(event.target.value)}
                    maxLength={LONGEST_NAME}
                    autoComplete="off"
                    dir="auto"
                    data-testid="view-name"
                  />
                </label>
                {name.length >= LONGEST_NAME && (
                  <p className="field-note">A name has up to {LONGEST_NAME} characters.</p>
                )}
                {save.isError && <ProblemNote what="The view was not saved" error={save.error} slim />}
                <button
                  type="submit"
                  className="button"
                  disabled={save.isPending || name.trim() === ''}
                  data-testid="save-view"
                >
                  {save.isPending ? 'Saving…' : 'Save view'}
                </button>
              </form>
            )}
          </div>
        )}
      </Popover>
      {asked !== null && (
        <Modal
          title="Remove this view for everybody?"
          onClose={() => {
            remove.reset();
            setAsked(null);
          }}
          testId="remove-view-dialog"
          busy={remove.isPending}
        >
          <p>
            <Untrusted>{asked.name}</Untrusted> goes from the list of everybody who works with this tenant.
            The decisions that it shows stay.
          </p>
          {remove.isError && <ProblemNote what="The view was not removed" error={remove.error} slim />}
          <div className="dialog-actions">
            <button
              type="button"
              className="button"
              onClick={() => {
                remove.reset();
                setAsked(null);
              }}
              disabled={remove.isPending}
            >
              Cancel
            </button>
            <button
              type="button"
              className="button button-danger"
              onClick={() => remove.mutate(asked.id)}
              disabled={remove.isPending}
              data-testid="remove-view-now"
            >
              {remove.isPending ? 'Removing…' : 'Remove view'}
            </button>
          </div>
        </Modal>
      )}
    </>
  );
}
