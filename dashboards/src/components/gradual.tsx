import { Children, type ReactNode, useEffect, useState } from 'react';

/** Few enough that a key or a click waits for no more than it takes to make them. */
const AT_ONCE = 2;

/** What holds the place of a child that is not made yet. */
export interface StandIn {
  readonly className: string;
  readonly block_px: number;
}

/** Coming back, what is shown is in the cache and on its old place: it has to be there before the page is scrolled. */
let madeBefore = false;

interface GradualProps {
  /** In the order of the children. */
  readonly sizes: readonly StandIn[];
  readonly children: ReactNode;
}

/** Makes its children a few at a time, and lets the browser answer in between. */
export function Gradual({ sizes, children }: GradualProps) {
  const all = Children.toArray(children);
  const [made, setMade] = useState(madeBefore ? all.length : 0);
  const left = made < all.length;
  useEffect(() => {
    if (!left) {
      madeBefore = true;
      return;
    }
    const timer = setTimeout(() => setMade(made + AT_ONCE));
    return () => clearTimeout(timer);
  }, [made, left]);
  return (
    <>
      {all.slice(0, made)}
      {sizes.slice(made).map(({ className, block_px }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: stand-ins without identity
        <div key={index} className={`panel ${className}`} style={{ minBlockSize: block_px }} />
      ))}
    </>
  );
}
