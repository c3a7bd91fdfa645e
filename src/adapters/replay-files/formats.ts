import type { ReplayFormat } from '../../ports/replay-files.ts';
import { ndjson } from './ndjson.ts';
import { rba } from './rba.ts';
import { sshd } from './sshd.ts';

/** What `replay --format` takes. */
export const REPLAY_FORMATS = { ndjson, rba, sshd } as const satisfies Readonly<Record<string, ReplayFormat>>;
export type ReplayFormatName = keyof typeof REPLAY_FORMATS;
export const REPLAY_FORMAT_NAMES = Object.keys(REPLAY_FORMATS) as readonly ReplayFormatName[];
