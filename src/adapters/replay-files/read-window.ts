import { readSync } from 'node:fs';

const SMALLEST_bytes = 4_096;
const LARGEST_bytes = 1_048_576;

/** Pieces of a file by offset; valid until the next call. */
export type ReadAt = (offset: number, length: number) => Buffer;

/**
 * Reads pieces of an open file by offset. Pieces that follow one another closely are served from one read: the window
 * doubles while it serves and starts small again after a jump, so that a nearly sorted file is read at the speed of
 * the disk and a shuffled one costs one small read a line.
 *
 * Synchronous, because a read through the thread pool costs ten times as much as the read itself.
 *
 * @throws Error when the file ends before the piece does: it was changed meanwhile.
 */
export function createReadAt(fd: number): ReadAt {
  let buffer = Buffer.allocUnsafe(LARGEST_bytes);
  let start = 0;
  let end = 0;
  let window_bytes = SMALLEST_bytes;
  return (offset, length) => {
    if (offset < start || offset + length > end) {
      window_bytes =
        offset >= start && offset <= end ? Math.min(LARGEST_bytes, window_bytes * 2) : SMALLEST_bytes;
      const wanted_bytes = Math.max(length, window_bytes);
      if (wanted_bytes > buffer.length) buffer = Buffer.allocUnsafe(wanted_bytes);
      start = offset;
      end = offset;
      while (end < offset + length) {
        const read = readSync(fd, buffer, end - start, wanted_bytes - (end - start), end);
        if (read === 0) throw new Error('the file became shorter while it was read');
        end += read;
      }
    }
    return buffer.subarray(offset - start, offset - start + length);
  };
}
