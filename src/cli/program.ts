import { Command } from 'commander';
import { ENGINE_VERSION } from '../app/engine-version.ts';
import { demoCommand } from './demo.ts';
import type { CliIo } from './io.ts';
import { keysCommand } from './keys.ts';
import { replayCommand } from './replay.ts';
import { EXIT, EXIT_CODES_HELP, reportError } from './report-error.ts';
import { serveCommand } from './serve.ts';

/** Runs the command line; gives the exit code. Never throws. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  const program = new Command('gatehouse')
    .description(
      'Scores every login on device, place, network, velocity and habit: allow, challenge or block.',
    )
    .version(ENGINE_VERSION)
    .showHelpAfterError('(add --help for the options)')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse serve
  gatehouse demo
  gatehouse replay --input logins.ndjson --output decisions.ndjson
  gatehouse keys create --tenant default --scopes risk:write,decisions:read
${EXIT_CODES_HELP}`,
    );
  for (const command of [serveCommand(io), replayCommand(io), keysCommand(io), demoCommand(io)]) {
    program.addCommand(command);
  }
  prepare(program, io);
  try {
    if (args.length === 0) program.outputHelp({ error: true });
    if (args.length === 0) return EXIT.usage;
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return reportError(error, (text) => io.stderr.write(text));
  }
}

/** Errors are thrown, not exits, and every word goes through `io`; for subcommands too, which inherit neither. */
function prepare(command: Command, io: CliIo): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
  });
  for (const sub of command.commands) prepare(sub, io);
}
