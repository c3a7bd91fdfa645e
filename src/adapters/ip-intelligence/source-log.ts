import type { BaseLogger } from 'pino';

/** What the sources need of the process's logger. Never given an end user's address. */
export type SourceLog = Pick<BaseLogger, 'info' | 'warn'>;
