import pino, { type Logger } from 'pino';
import type { Config } from './config.ts';

/** Standard output belongs to the answer of a command, so the log goes to standard error. */
export const createLog = (config: Pick<Config, 'logLevel'>): Logger =>
  pino({ level: config.logLevel, base: null }, pino.destination({ fd: 2, sync: false }));
