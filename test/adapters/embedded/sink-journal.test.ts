import { join } from 'node:path';
import { createSinkJournal } from '../../../src/adapters/embedded/sink-journal.ts';
import { sinkJournalContract } from '../../contracts/sink-journal.ts';
import { tempDir } from '../../support/temp-dir.ts';

for (const durability of ['process', 'power'] as const) {
  sinkJournalContract(`LMDB, durable against loss of ${durability}`, {
    parts: 1,
    async store() {
      const path = join(tempDir(), 'sink');
      return async () => {
        const journal = createSinkJournal({ path, durability });
        return { journal, parked: journal.parked };
      };
    },
  });
}
