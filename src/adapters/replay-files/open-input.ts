import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LONGEST_LINE_bytes, type RawLine, type ReplayInput } from '../../ports/replay-files.ts';
import { inputProblem } from './file-problem.ts';
import { createReadAt } from './read-window.ts';

const CHUNK_bytes = 1_048_576;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Opens a file of lines; `-` is standard input, which is copied to a temporary file first, because a replay reads its
 * input more than once. Lines end with LF or CRLF, the last one may lack its end, and a byte order mark at the
 * beginning is passed over.
 *
 * @throws ReplayFileError `input_unreadable`, here and while reading.
 */
export async function openReplayInput(path: string, stdin: NodeJS.ReadableStream): Promise<ReplayInput> {
  if (path !== '-') return openFile(path, path, async () => undefined);
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-replay-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, 'input');
    await pipeline(stdin, createWriteStream(copy, { mode: 0o600 }));
    return await openFile(copy, 'Standard input', remove);
  } catch (error) {
    await remove();
    throw inputProblem('Standard input', error);
  }
}

async function openFile(path: string, name: string, afterwards: () => Promise<void>): Promise<ReplayInput> {
  const file = await openToRead(path, name);
  const readAt = createReadAt(file.handle.fd);
  return {
    size_bytes: file.size_bytes,
    batches: () => batchesOf(file.handle, name),
    at(offset, length) {
      try {
        return readAt(offset, length).toString('utf8');
      } catch (error) {
        throw inputProblem(name, error);
      }
    },
    async close() {
      await file.handle.close();
      await afterwards();
    },
  };
}

async function openToRead(path: string, name: string): Promise<{ handle: FileHandle; size_bytes: number }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new Error(
        stat.isDirectory() ? 'it is a directory' : 'it is no regular file; pipe it in with --input -',
      );
    }
    return { handle, size_bytes: stat.size };
  } catch (error) {
    await handle?.close();
    throw inputProblem(name, error);
  }
}

async function* batchesOf(handle: FileHandle, name: string): AsyncGenerator<readonly RawLine[]> {
  const cutter = createLineCutter();
  const buffer = Buffer.allocUnsafe(CHUNK_bytes);
  for (let position = 0; ; ) {
    const bytesRead = await readChunk(handle, buffer, position, name);
    if (bytesRead === 0) break;
    position += bytesRead;
    yield cutter.cut(buffer.subarray(0, bytesRead));
  }
  yield cutter.end();
}

async function readChunk(
  handle: FileHandle,
  buffer: Buffer,
  position: number,
  name: string,
): Promise<number> {
  try {
    return (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
  } catch (error) {
    throw inputProblem(name, error);
  }
}

/** Cuts chunks into lines. Of a line that is too long only the length is kept, so that no file can fill the memory. */
function createLineCutter(): { cut(chunk: Buffer): RawLine[]; end(): RawLine[] } {
  /** The beginning of the line that the last chunk broke off, and how many bytes that line has so far. */
  let carried: Buffer[] = [];
  let length = 0;
  let offset = 0;
  let number = 0;
  /** Blank lines at the end of a file are no lines; those followed by another one are. */
  let blank: RawLine[] = [];

  const carry = (piece: Buffer): void => {
    // One byte more than allowed, for the carriage return that does not count.
    if (length <= LONGEST_LINE_bytes + 1) carried.push(Buffer.from(piece));
    length += piece.length;
  };
  const finish = (piece: Buffer, lines: RawLine[]): void => {
    let whole = piece;
    if (length > 0) {
      carry(piece);
      whole = Buffer.concat(carried);
      carried = [];
    } else {
      length = piece.length;
    }
    let size = length;
    if (size > 0 && size === whole.length && whole[size - 1] === CARRIAGE_RETURN) size -= 1;
    let from = 0;
    if (offset === 0 && whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf) from = 3;
    number += 1;
    const text = size - from > LONGEST_LINE_bytes ? null : whole.toString('utf8', from, size);
    const line: RawLine = { number, offset: offset + from, length: size - from, text };
    offset += length;
    length = 0;
    if (text !== null && text.trim() === '') {
      blank.push(line);
    } else {
      if (blank.length > 0) {
        lines.push(...blank);
        blank = [];
      }
      lines.push(line);
    }
  };

  return {
    cut(chunk) {
      const lines: RawLine[] = [];
      let from = 0;
      for (;;) {
        const at = chunk.indexOf(LINE_FEED, from);
        if (at < 0) break;
        finish(chunk.subarray(from, at), lines);
        offset += 1;
        from = at + 1;
      }
      if (from < chunk.length) carry(chunk.subarray(from));
      return lines;
    },
    end() {
      const lines: RawLine[] = [];
      if (length > 0) finish(Buffer.alloc(0), lines);
      return lines;
    },
  };
}
