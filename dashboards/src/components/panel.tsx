import { type ReactNode, useId } from 'react';

interface PanelProps {
  readonly title: string;
  /** One line under the title. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly testId?: string;
  /** Content runs to the edges, as tables do. */
  readonly flush?: boolean;
  /** What is shown belongs to an earlier choice while the new one loads. */
  readonly stale?: boolean;
}

/** A titled surface; a landmark region named by its title. */
export function Panel({
  title,
  note,
  actions,
  children,
  className,
  testId,
  flush = false,
  stale = false,
}: PanelProps) {
  const titleId = useId();
  const names = ['panel', flush ? 'panel-flush' : '', className ?? '']
    .filter((name) => name !== '')
    .join(' ');
  return (
    <section
      className={names}
      aria-labelledby={titleId}
      aria-busy={stale}
      {...(testId === undefined ? {} : { 'data-testid': testId })}
    >
      <header className="panel-head">
        <div className="panel-titles">
          <h2 id={titleId}>{title}</h2>
          {note !== undefined && <div className="panel-note">{note}</div>}
        </div>
        {actions !== undefined && <div className="panel-actions">{actions}</div>}
      </header>
      <div className={stale ? 'panel-body is-stale' : 'panel-body'}>{children}</div>
    </section>
  );
}
