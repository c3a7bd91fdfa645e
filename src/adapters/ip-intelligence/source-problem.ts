/** Why a source cannot be used, as one sentence for the operator (no stack, no content of the file). */
export class SourceProblem extends Error {
  override readonly name = 'SourceProblem';
  readonly code = 'ip_intelligence.source_unusable';
}

/** The sentence for anything thrown while a source was read. */
export function problemOf(error: unknown): string {
  if (error instanceof SourceProblem) return error.message;
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
    switch (code) {
      case 'ENOENT':
        return 'there is no such file';
      case 'EACCES':
      case 'EPERM':
        return 'this process may not read it';
      default:
        return code === null ? error.message : `${code}: ${error.message}`;
    }
  }
  return String(error);
}
