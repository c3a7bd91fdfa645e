/** What records are made of once their structure is known: words, numbers, flags and nothing. */
export type Scalar = string | number | boolean | null;

/** Takes scalars one after the other. */
export interface ScalarTarget {
  write(value: Scalar): void;
}

/** Gives back, in the same order, what a `ScalarTarget` took. @throws RangeError for what it cannot have taken. */
export abstract class ScalarSource {
  abstract read(): Scalar;

  /** Words of a closed set are not checked again: only this code wrote them. */
  text<T extends string = string>(): T {
    const value = this.read();
    if (typeof value !== 'string') throw new RangeError('text expected');
    return value as T;
  }

  textOrNull<T extends string = string>(): T | null {
    const value = this.read();
    if (value !== null && typeof value !== 'string') throw new RangeError('text expected');
    return value as T | null;
  }

  number(): number {
    const value = this.read();
    if (typeof value !== 'number') throw new RangeError('number expected');
    return value;
  }

  numberOrNull(): number | null {
    const value = this.read();
    if (value !== null && typeof value !== 'number') throw new RangeError('number expected');
    return value;
  }

  flag(): boolean {
    const value = this.read();
    if (typeof value !== 'boolean') throw new RangeError('flag expected');
    return value;
  }

  flagOrNull(): boolean | null {
    const value = this.read();
    if (value !== null && typeof value !== 'boolean') throw new RangeError('flag expected');
    return value;
  }
}
