import Type, { type Static, type TSchema, type TUnsafe } from 'typebox';

/** The keywords that are looked at here; TypeBox's own type of a schema names none. */
interface JsonSchema {
  readonly $id?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
}

/**
 * The value or `null`: on this wire `null` means absent. Written as a type array, which OpenAPI 3.1 client
 * generators understand as "nullable", where `anyOf` would give them a class of its own.
 */
export function Nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  const { type, enum: values } = schema as JsonSchema;
  return Type.Unsafe<Static<T> | null>({
    ...schema,
    type: [type, 'null'],
    ...(values === undefined ? {} : { enum: [...values, null] }),
  });
}

/** A schema that stands under `components` of the OpenAPI document, by its `$id`. */
export function Shared<T extends TSchema>(schema: T): TUnsafe<Static<T>> {
  const { $id } = schema as JsonSchema;
  if ($id === undefined) throw new TypeError('A shared schema needs an $id.');
  return Type.Unsafe<Static<T>>({ $ref: `${$id}#` });
}

/** A field of a request that may be missing or `null`. */
export const Absent = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema));

/** One of a few words. */
export const OneOf = <const T extends string>(
  values: readonly T[],
  options: { description: string; examples?: readonly T[] },
): TUnsafe<T> => Type.Unsafe<T>({ type: 'string', enum: [...values], ...options });

/** An object that knows all its fields: others are refused, or named in `warnings` for lenient callers. */
export const CLOSED = { additionalProperties: false } as const;

/** RFC 3339 with an offset. */
export const Time = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-11-23T01:28:40.120Z'] });

/** Values of any JSON type under names of the caller's choice. */
export const FreeForm = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description });
