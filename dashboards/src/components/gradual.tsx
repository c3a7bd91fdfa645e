import { Children, type ReactNode, useEffect, useState } from 'react';

/** Few enough that a key or a click waits for no more than it takes to make them. */
const AT_ONCE = 2;

/** Makes its children a few at a time, and lets the browser answer in between. */
export function Gradual({ children }: { readonly children: ReactNode }) {
  const all = Children.toArray(children);
  const [made, setMade] = useState(0);
  const left = made < all.length;
  useEffect(() => {
    if (!left) return;
    const timer = setTimeout(() => setMade(made + AT_ONCE));
    return () => clearTimeout(timer);
  }, [made, left]);
  return <>{all.slice(0, made)}</>;
}
