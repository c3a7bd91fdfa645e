import { ReplayFileError } from '../../ports/replay-files.ts';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  EROFS: 'its file system is read-only',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const whyOf = (error: unknown): string =>
  WORDS[codeOf(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));

export function inputProblem(path: string, error: unknown): ReplayFileError {
  if (error instanceof ReplayFileError) return error;
  return new ReplayFileError('input_unreadable', `${path} cannot be read: ${whyOf(error)}.`, {
    cause: error,
  });
}

export function outputProblem(path: string, error: unknown): ReplayFileError {
  if (error instanceof ReplayFileError) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ReplayFileError('disk_full', `${path} cannot be written: the disk is full.`, { cause: error });
  }
  if (code === 'EPIPE') {
    return new ReplayFileError('output_unwritable', 'Nobody reads standard output any more.', {
      cause: error,
    });
  }
  return new ReplayFileError('output_unwritable', `${path} cannot be written: ${whyOf(error)}.`, {
    cause: error,
  });
}
