import { createContext, type ReactNode, useContext } from 'react';
import type { Format } from '../lib/format.ts';

const FormatContext = createContext<Format | null>(null);

export function FormatProvider({
  format,
  children,
}: {
  readonly format: Format;
  readonly children: ReactNode;
}) {
  return <FormatContext value={format}>{children}</FormatContext>;
}

/** Numbers and times of the reader's locale and zone. */
export const useFormat = (): Format => {
  const format = useContext(FormatContext);
  if (format === null) throw new Error('useFormat outside of FormatProvider');
  return format;
};
