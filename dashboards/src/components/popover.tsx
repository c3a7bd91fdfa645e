import { type ReactNode, useEffect, useRef } from 'react';

interface PopoverProps {
  readonly label: ReactNode;
  readonly title?: string;
  readonly className?: string;
  readonly testId?: string;
  /** Called with the function that closes it. */
  readonly children: (close: () => void) => ReactNode;
}

/** A card under its button. Escape and a press elsewhere close it. */
export function Popover({ label, title, className, testId, children }: PopoverProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const close = (): void => {
    if (details.current !== null) details.current.open = false;
  };
  useEffect(() => {
    const onPress = (event: PointerEvent): void => {
      const element = details.current;
      if (element?.open !== true || !(event.target instanceof Element)) return;
      // A dialog that was opened from the card lies above it, and gives the focus back to it.
      if (!element.contains(event.target) && event.target.closest('dialog') === null) element.open = false;
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, []);
  return (
    <details
      className="popover"
      ref={details}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || details.current?.open !== true) return;
        close();
        details.current.querySelector('summary')?.focus();
      }}
      {...(testId === undefined ? {} : { 'data-testid': testId })}
    >
      <summary className={`button ${className ?? ''}`} title={title}>
        {label}
      </summary>
      <div className="popover-card">{children(close)}</div>
    </details>
  );
}
