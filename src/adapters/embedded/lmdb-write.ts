/**
 * Waits for an LMDB write and, when it fails, throws its true cause. lmdb rejects with a general error that carries
 * a promise of the cause; a promise that nobody catches would end the process when the disk is full.
 */
export async function written<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw await causeOf(error);
  }
}

async function causeOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
