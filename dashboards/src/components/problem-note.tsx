import { isProblem } from '../api/problem.ts';
import { RefreshIcon, WarnIcon } from './icons.tsx';

interface ProblemNoteProps {
  /** What failed, as the reader knows it: "The list of decisions could not be loaded". */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly busy?: boolean;
  /** One line, above data that is still shown. */
  readonly slim?: boolean;
}

const hintFor = (status: number): string | null => {
  if (status === 403)
    return 'This session lacks a scope that the page needs. Sign in with a key that has it.';
  if (status === 503) return 'Decisions go on being made and recorded; what is missing here appears later.';
  return null;
};

/** What failed, why, and a way to try again. */
export function ProblemNote({ what, error, onRetry, busy = false, slim = false }: ProblemNoteProps) {
  const problem = isProblem(error) ? error : null;
  const hint = problem === null ? null : hintFor(problem.status);
  return (
    <div className={slim ? 'problem problem-slim' : 'problem'} role="alert" data-testid="problem">
      <WarnIcon />
      <div className="problem-words">
        <p className="problem-what">{what}</p>
        <p className="problem-why">
          {problem === null ? 'The answer could not be understood.' : problem.title}
          {problem?.detail != null && problem.detail !== problem.title && <>: {problem.detail}</>}
          {problem?.retryAfter_s != null && <> Try again in {problem.retryAfter_s} s.</>}
        </p>
        {problem !== null && problem.fields.length > 0 && (
          <ul className="problem-fields">
            {problem.fields.map((field) => (
              <li key={`${field.pointer} ${field.detail}`}>
                {field.pointer !== '' && <code>{field.pointer}</code>} {field.detail}
              </li>
            ))}
          </ul>
        )}
        {hint !== null && !slim && <p className="problem-why">{hint}</p>}
        {problem?.requestId != null && !slim && (
          <p className="problem-id">
            Request <code>{problem.requestId}</code>
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <button type="button" className="button" onClick={onRetry} disabled={busy}>
          <RefreshIcon />
          {busy ? 'Trying…' : 'Retry'}
        </button>
      )}
    </div>
  );
}
