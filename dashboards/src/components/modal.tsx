import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

interface ModalProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
  readonly testId?: string;
  /** Read out, not shown. */
  readonly titleHidden?: boolean;
  /** What was ordered is under way: it cannot be closed before it is known what became of it. */
  readonly busy?: boolean;
}

/** A dialog of the browser's own: it keeps the focus inside and gives it back, and Escape closes it. */
export function Modal({
  title,
  onClose,
  children,
  className,
  testId,
  titleHidden = false,
  busy = false,
}: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (!element.open) element.showModal();
    return () => element.close();
  }, []);
  return (
    // The backdrop is the dialog itself: a press on it, and not on what lies inside, closes. Escape does the same.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <dialog
      ref={dialog}
      className={className === undefined ? 'dialog' : `dialog ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
      // At a second Escape the browser asks nobody.
      onClose={() => {
        if (busy) dialog.current?.showModal();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget && !busy) onClose();
      }}
      {...(testId === undefined ? {} : { 'data-testid': testId })}
    >
      <div className="dialog-body">
        <h2 id={titleId} className={titleHidden ? 'visually-hidden' : undefined}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
