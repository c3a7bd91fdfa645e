import { type FileHandle, mkdtemp, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import type { ReplayOutput, ReplaySpool } from '../../ports/replay-files.ts';
import { outputProblem } from './file-problem.ts';
import { createReadAt } from './read-window.ts';

const BUFFER_bytes = 1_048_576;
/** A UTF-16 code unit takes at most three bytes in UTF-8. */
const MOST_BYTES_A_UNIT = 3;
const LINE_FEED = 0x0a;

/**
 * Opens the file for the answers; `-` is standard output. A regular file is written under another name in the same
 * directory and takes its own at the end, so that a run that fails leaves the old one; a pipe or a device is written
 * as it is.
 *
 * @throws ReplayFileError `output_unwritable` or `disk_full`, here and while writing.
 */
export async function openReplayOutput(path: string, stdout: Writable): Promise<ReplayOutput> {
  if (path === '-') return outputTo(streamTarget(stdout), tmpdir());
  try {
    const target = await fileTarget(path);
    return outputTo(target, target.directory);
  } catch (error) {
    throw outputProblem(path, error);
  }
}

interface Target {
  readonly name: string;
  readonly write: (bytes: Buffer) => Promise<void>;
  readonly finish: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

function outputTo(target: Target, scratchDirectory: string): ReplayOutput {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw outputProblem(target.name, error);
    }
  };
  const writer = createBufferedWriter((bytes) => guarded(() => target.write(bytes)));
  let removeSpool = async (): Promise<void> => undefined;
  return {
    write: (line) => writer.add(line, true),
    spool: () =>
      guarded(async () => {
        const spool = await openSpool(scratchDirectory);
        removeSpool = spool.remove;
        return spool;
      }),
    finish: () =>
      guarded(async () => {
        await writer.flush();
        await target.finish();
        await removeSpool();
      }),
    async discard() {
      await target.discard();
      await removeSpool();
    },
  };
}

async function fileTarget(path: string): Promise<Target & { readonly directory: string }> {
  const existing = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (existing !== null && !existing.isFile() && !existing.isDirectory()) {
    const handle = await open(path, 'w');
    return {
      name: path,
      directory: tmpdir(),
      write: (bytes) => writeAll(handle, bytes),
      finish: () => handle.close(),
      discard: () => closeQuietly(handle),
    };
  }
  // A symbolic link goes on pointing at the file that gets the answers.
  const final = existing === null ? path : await realpath(path);
  if (existing?.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  const partial = `${final}.${process.pid}.partial`;
  const handle = await open(partial, 'w', existing === null ? 0o644 : existing.mode);
  return {
    name: path,
    directory: dirname(final),
    write: (bytes) => writeAll(handle, bytes),
    async finish() {
      await handle.close();
      await rename(partial, final);
    },
    async discard() {
      await closeQuietly(handle);
      await rm(partial, { force: true });
    },
  };
}

function streamTarget(stream: Writable): Target {
  let failure: unknown = null;
  stream.on('error', (error) => {
    failure ??= error;
  });
  return {
    name: 'Standard output',
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (failure !== null) return reject(failure);
        // The buffer is used again as soon as this resolves, so it waits for the write and not for room.
        stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    finish: async () => undefined,
    discard: async () => undefined,
  };
}

async function openSpool(parent: string): Promise<ReplaySpool & { remove(): Promise<void> }> {
  const directory = await mkdtemp(join(parent, '.gatehouse-replay-'));
  const handle = await open(join(directory, 'answers'), 'w+', 0o600);
  const name = `The scratch file in ${parent}`;
  const writer = createBufferedWriter(async (bytes) => {
    try {
      await writeAll(handle, bytes);
    } catch (error) {
      throw outputProblem(name, error);
    }
  });
  const readAt = createReadAt(handle.fd);
  return {
    append(text) {
      const before = writer.total();
      const full = writer.add(text, false);
      return { length: writer.total() - before, full };
    },
    seal: () => writer.flush(),
    at: readAt,
    async remove() {
      await closeQuietly(handle);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface BufferedWriter {
  /** Adds bytes, and a line end after them. When it returns a promise, wait for it before the next call. */
  add(piece: string | Uint8Array, ending: boolean): Promise<void> | undefined;
  flush(): Promise<void>;
  /** Bytes added so far. */
  total(): number;
}

/** Gathers small pieces into large writes: one system call for hundreds of lines. */
function createBufferedWriter(write: (bytes: Buffer) => Promise<void>): BufferedWriter {
  let buffer = Buffer.allocUnsafe(BUFFER_bytes);
  let used = 0;
  let total = 0;
  let writing: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    const bytes = buffer.subarray(0, used);
    // The bytes being written must stay as they are.
    buffer = Buffer.allocUnsafe(BUFFER_bytes);
    used = 0;
    writing = writing.then(() => (bytes.length === 0 ? undefined : write(bytes)));
    return writing;
  };
  const put = (piece: string | Uint8Array): void => {
    if (typeof piece === 'string') {
      used += buffer.write(piece, used, 'utf8');
    } else {
      buffer.set(piece, used);
      used += piece.length;
    }
  };

  return {
    add(piece, ending) {
      const most_bytes = typeof piece === 'string' ? piece.length * MOST_BYTES_A_UNIT : piece.length;
      let waiting: Promise<void> | undefined;
      if (used + most_bytes + 1 > buffer.length) {
        waiting = flush();
        if (most_bytes + 1 > buffer.length) buffer = Buffer.allocUnsafe(most_bytes + 1);
      }
      const before = used;
      put(piece);
      if (ending) {
        buffer[used] = LINE_FEED;
        used += 1;
      }
      total += used - before;
      return waiting;
    },
    flush,
    total: () => total,
  };
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}

/** After a failure the handle may be closed already, and what failed was reported. */
async function closeQuietly(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}
