import pino from 'pino';
import { createKeyStore } from '../../src/adapters/embedded/key-store.ts';

/** Revokes a key from a process of its own, as the command line does beside a running server. */
const [path = '', id = ''] = process.argv.slice(2);
const keys = createKeyStore({ config: { path }, clock: Date.now, log: pino({ level: 'silent' }) });
const found = await keys.revoke(id, Date.now());
await keys.close();
process.exitCode = found ? 0 : 1;
