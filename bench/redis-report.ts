import { awayFigures, type RedisBenchOptions, redisLadder, sinkFigures } from './redis.ts';

export type RedisPart = 'redis-api' | 'redis-sink' | 'redis-away';

/** Measures the scaled-out mode and prints what docs/BENCH-REDIS.md explains. */
export async function showRedis(input: {
  readonly parts: readonly RedisPart[];
  readonly options: RedisBenchOptions;
  readonly say: (line?: string) => void;
}): Promise<void> {
  const { options, say } = input;
  const parts = new Set(input.parts);
  const fixed = (n: number, digits: number): string => n.toFixed(digits);
  const whole = (n: number): string => Math.round(n).toLocaleString('en');

  if (parts.has('redis-api')) {
    const rungs = await redisLadder(options);
    say();
    say(
      `POST /v1/risk on Redis (appendfsync ${options.fsync}) at ${options.connections} connections; medians of ${options.rounds} rounds`,
    );
    say(
      '  stage       decisions/s   of commands   of gathered   of one GET   of one node   p50 ms   p99 ms   server µs   Redis µs   commands',
    );
    for (const r of rungs) {
      const cells = [
        r.stage.padEnd(10),
        fixed(r.rps, 0).padStart(12),
        fixed(r.ofCommands, 2).padStart(13),
        fixed(r.ofGathered, 2).padStart(13),
        fixed(r.ofGet, 2).padStart(12),
        fixed(r.ofOne, 2).padStart(13),
        fixed(r.p50_ms, 1).padStart(8),
        fixed(r.p99_ms, 1).padStart(8),
        fixed(r.server_us, 0).padStart(11),
        fixed(r.redis_us, 0).padStart(10),
        fixed(r.commands, 1).padStart(10),
      ];
      const trouble =
        r.failed + r.unrecorded > 0 ? `   ${r.failed} FAILED, ${r.unrecorded} not recorded in time` : '';
      say(`  ${cells.join(' ')}${trouble}`);
    }
  }
  if (parts.has('redis-sink')) {
    const sink = await sinkFigures(options);
    say();
    say('Event sink: a full log into ClickHouse (chDB over HTTP), by workers that have just started');
    for (const { workers, rows, first_ms, rows_per_s } of sink.rates) {
      say(
        `  ${workers} worker${workers === 1 ? ' ' : 's'}: ${whole(rows)} rows, the first after ${whole(first_ms)} ms, ${whole(rows_per_s)} rows/s`,
      );
    }
    say(
      `  under ${whole(sink.load.rps)} decisions/s (${sink.load.unrecorded} not recorded in time), two workers: lag ${whole(sink.lag_ms.median)} ms (median), ${whole(sink.lag_ms.p95)} ms (p95), ${whole(sink.lag_ms.most)} ms (most)`,
    );
  }
  if (parts.has('redis-away')) {
    const away = await awayFigures(options);
    say();
    say(`p99 at a steady ${whole(away.rate)} requests/s while ClickHouse is there and while it is away`);
    for (const { there, away: gone } of away.pairs) {
      say(
        `  there ${fixed(there.p99_ms, 1)} ms, away ${fixed(gone.p99_ms, 1)} ms (${there.unrecorded} and ${gone.unrecorded} not recorded in time)`,
      );
    }
    say(`  away / there: ${fixed(away.ratio, 2)} (median of ${away.pairs.length} pairs)`);
  }
}
