#!/usr/bin/env node
import { runCli } from './cli/program.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Asked twice: do not wait for what the first request is still finishing.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  });
}

// Whoever read it went away, as `head` does: no fault of ours, and writing commands notice it themselves.
process.stdout.on('error', () => undefined);

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: { stdout: process.stdout.isTTY === true, stderr: process.stderr.isTTY === true },
  env: process.env,
  now: Date.now,
  signal: stopping.signal,
});

// Asked to stop, and everything is closed: a connection that a library left open must not keep an operator waiting.
if (stopping.signal.aborted) setTimeout(() => process.exit(), 3_000).unref();
