import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useLayoutEffect, useState } from 'react';

/** Height of a row of two lines; the styles hold every row to it. */
const ROW_PX = 49;

interface VirtualRowsProps {
  readonly count: number;
  /** The body that they stand in. */
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly row: (index: number) => ReactNode;
}

/** Of a long table's rows those that the window shows, and room for the others. */
export function VirtualRows({ count, body, row }: VirtualRowsProps) {
  const [top_px, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => {
      const box = body.current?.getBoundingClientRect();
      if (box !== undefined) setTop(Math.round(box.top + window.scrollY));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, [body]);
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: top_px,
  });
  const items = virtualizer.getVirtualItems();
  return (
    <>
      <Room height_px={(items[0]?.start ?? top_px) - top_px} />
      {items.map(({ index }) => row(index))}
      <Room height_px={virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top_px) - top_px)} />
    </>
  );
}

function Room({ height_px }: { readonly height_px: number }) {
  if (height_px <= 0) return null;
  return (
    <tr className="spacer">
      {/* One column wide: with columns hidden on narrow screens, more would make empty ones. */}
      <td style={{ blockSize: `${height_px}px` }} />
    </tr>
  );
}
