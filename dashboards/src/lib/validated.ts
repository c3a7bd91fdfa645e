/**
 * What a search parser gives: every name that it knows, those without a value too. The router lays it over what stands
 * in the address, so that a name that is missing here would come through as somebody wrote it there, unlooked at.
 */
export const validated = <T extends object>(
  entries: {
    readonly [K in keyof Required<T>]: T[K] | undefined;
  },
): T => entries as T;
