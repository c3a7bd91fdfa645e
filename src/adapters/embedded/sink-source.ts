import type { LogPlace } from '../../ports/decision-log.ts';
import type { SinkSource } from '../../ports/sink-source.ts';
import type { LogReader } from './log-reader.ts';

/** The embedded log as the sink reads it: one part, all of it. */
export function createSinkSource(log: Pick<LogReader, 'read' | 'head' | 'count' | 'firstAfter'>): SinkSource {
  const only = (place: LogPlace): number => place[0] ?? 0;
  return {
    async waiting(after) {
      return { oldest: log.firstAfter(only(after)), records: log.count(only(after)), exact: true };
    },
    head: async () => [log.head],
    async read(after, limit) {
      const records = await log.read(only(after), limit);
      return { records, upTo: [records.at(-1)?.position ?? only(after)] };
    },
    async range(after, upTo, rows) {
      const records = await log.read(only(after), rows);
      return records.filter(({ position }) => position <= only(upTo));
    },
    nameOf: (after, upTo) => `${only(after)}-${only(upTo)}`,
  };
}
