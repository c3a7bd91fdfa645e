import type { LogRecord } from '../../core/record.ts';
import type { LogPlace } from '../../ports/decision-log.ts';
import type { SinkSource } from '../../ports/sink-source.ts';
import type { LogStreams } from './log-streams.ts';
import { shardsOfTrack } from './tracks.ts';

/** Entries asked for at a time when a range is read again. */
const PAGE = 5_000;

/** The shards of one track as the sink reads them: a part of its places for each. */
export function createTrackSource(options: {
  readonly streams: Pick<LogStreams, 'read' | 'firstAfter' | 'heads'>;
  readonly track: number;
}): SinkSource {
  const { streams, track } = options;
  const shards = shardsOfTrack(track);
  const firsts = (after: LogPlace): Promise<readonly (number | undefined)[]> =>
    Promise.all(shards.map((shard, part) => streams.firstAfter(shard, after[part] ?? 0)));

  return {
    async waiting(after) {
      const found = (await firsts(after)).filter((position) => position !== undefined);
      const oldest = found.length === 0 ? undefined : Math.min(...found);
      return { oldest, records: found.length, exact: found.length === 0 };
    },
    async head() {
      const heads = await streams.heads();
      return shards.map((shard) => heads[shard] ?? 0);
    },
    async read(after, limit) {
      const parts = new Map<number, LogRecord[]>();
      let hungry = (await firsts(after)).flatMap((position, part) => (position === undefined ? [] : [part]));
      const upTo = [...after];
      let room = limit;
      // Each lane its share first; then those that have more get what the others left of theirs.
      while (hungry.length > 0 && room > 0) {
        const share = Math.max(1, Math.floor(room / hungry.length));
        const more = await Promise.all(
          hungry.map(async (part) => {
            const records = await streams.read(shards[part] ?? 0, upTo[part] ?? 0, share);
            upTo[part] = records.at(-1)?.position ?? upTo[part] ?? 0;
            parts.set(part, [...(parts.get(part) ?? []), ...records]);
            room -= records.length;
            return records.length === share ? [part] : [];
          }),
        );
        hungry = more.flat();
      }
      const records = shards.flatMap((_, part) => parts.get(part) ?? []);
      return { records, upTo };
    },
    async range(after, upTo) {
      const parts = await Promise.all(
        shards.map(async (shard, part) => {
          const end = upTo[part] ?? 0;
          const records = [];
          for (let from = after[part] ?? 0; from < end; ) {
            const page = await streams.read(shard, from, PAGE, end);
            records.push(...page);
            if (page.length < PAGE) break;
            from = page.at(-1)?.position ?? end;
          }
          return records;
        }),
      );
      return parts.flat();
    },
    // A place only moves forward, so that no two have the same sum.
    nameOf: (after, upTo) => `t${track}-${sum(after)}-${sum(upTo)}`,
  };
}

/** Microseconds of 32 shards are more than a number holds exactly. */
const sum = (place: LogPlace): string =>
  place.reduce((all, position) => all + BigInt(position), 0n).toString(36);
