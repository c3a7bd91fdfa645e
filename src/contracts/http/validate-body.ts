import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import type { Warning } from '../../core/record.ts';
import { EntityRequest } from './entity-request.ts';
import { EventsRequest } from './events-request.ts';
import { ExportRequest } from './export-request.ts';
import { FeedbackRequest } from './feedback-request.ts';
import { OutcomeRequest } from './outcome-request.ts';
import { ResendRequest } from './parked-rows.ts';
import type { FieldError } from './problem-answer.ts';
import { ReviewRequest } from './review-queue.ts';
import { RiskRequest } from './risk-request.ts';
import { SavedViewRequest } from './saved-view.ts';
import { ListRequest, SearchRequest } from './search-request.ts';
import { ForgetDeviceRequest, UserRequest } from './user-request.ts';

export type Validated<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Whether a parsed body is what its schema says. `lenient`: unknown fields are left out and named in `warnings`
 * instead of being refused. Nothing is ever coerced; the body itself is not changed. Never throws.
 */
export type BodyValidator<T> = (body: unknown, options: { readonly lenient: boolean }) => Validated<T>;

/** More than this helps nobody; a body of 64 KiB can hold thousands of unknown fields. */
const MAX_ERRORS = 20;
/** Longer field names are cut in pointers. */
const MAX_NAME = 128;
const NO_WARNINGS: readonly Warning[] = Object.freeze([]);

/**
 * A compiled check of the types and one look for unknown fields decide the usual case. Only a body that fails them is
 * looked at closer: empty lists become maps where maps are expected (PHP), `null` becomes absent, unknown fields are
 * taken out, and what still fails is named.
 *
 * Times are only known to be strings afterwards: they are parsed anyway, and `parseTime` says what is wrong with them.
 */
export function createBodyValidator<T extends TSchema>(schema: T): BodyValidator<Static<T>> {
  // The compiled check would try a pattern on each field's name, which takes six times as long as the rest of it.
  const compiled = Compile(openAndUnformatted(schema) as TSchema);
  const isTyped = (value: unknown): value is Static<T> => compiled.Check(value);
  const shape = shapeOf(schema);
  return (body, { lenient }) => {
    if (isTyped(body) && isClosed(shape, body)) return { ok: true, value: body, warnings: NO_WARNINGS };
    const unknown: string[] = [];
    const tidied = tidy(shape, body, '', unknown);
    const errors = lenient ? [] : unknown.slice(0, MAX_ERRORS).map(unknownField);
    if (!isTyped(tidied)) errors.push(...fieldErrors(compiled.Errors(tidied)));
    else if (errors.length === 0) return { ok: true, value: tidied, warnings: unknownWarnings(unknown) };
    return { ok: false, errors: errors.slice(0, MAX_ERRORS) };
  };
}

export const validateRiskBody: BodyValidator<RiskRequest> = createBodyValidator(RiskRequest);
export const validateEventsBody: BodyValidator<EventsRequest> = createBodyValidator(EventsRequest);
export const validateOutcomeBody: BodyValidator<OutcomeRequest> = createBodyValidator(OutcomeRequest);
export const validateFeedbackBody: BodyValidator<FeedbackRequest> = createBodyValidator(FeedbackRequest);
export const validateSearchBody: BodyValidator<SearchRequest> = createBodyValidator(SearchRequest);
export const validateListBody: BodyValidator<ListRequest> = createBodyValidator(ListRequest);
export const validateExportBody: BodyValidator<ExportRequest> = createBodyValidator(ExportRequest);
export const validateEntityBody: BodyValidator<EntityRequest> = createBodyValidator(EntityRequest);
export const validateReviewBody: BodyValidator<ReviewRequest> = createBodyValidator(ReviewRequest);
export const validateSavedViewBody: BodyValidator<SavedViewRequest> = createBodyValidator(SavedViewRequest);
export const validateForgetDeviceBody: BodyValidator<ForgetDeviceRequest> =
  createBodyValidator(ForgetDeviceRequest);
export const validateResendBody: BodyValidator<ResendRequest> = createBodyValidator(ResendRequest);
export const validateUserBody: BodyValidator<UserRequest> = createBodyValidator(UserRequest);

/** What tidying needs to know of a schema. */
interface Shape {
  readonly isMap: boolean;
  /** `null`: not a map, or one with names of the caller's choice. */
  readonly fields: ReadonlyMap<string, Shape> | null;
}

interface SchemaPart {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
}

function shapeOf({ type, properties }: SchemaPart): Shape {
  return {
    isMap: [type].flat().includes('object'),
    fields:
      properties === undefined
        ? null
        : new Map(Object.entries(properties).map(([name, part]) => [name, shapeOf(part)])),
  };
}

function openAndUnformatted(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(openAndUnformatted);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      // A field of a body may be called as a keyword is; its value is a schema, the keyword's is not.
      .filter(
        ([name, value]) =>
          !(name === 'format' && typeof value === 'string') &&
          !(name === 'additionalProperties' && value === false),
      )
      .map(([name, value]) => [name, openAndUnformatted(value)]),
  );
}

/** Whether a body of the right types has known fields only. */
function isClosed({ fields }: Shape, value: unknown): boolean {
  if (fields === null || value === null || typeof value !== 'object') return true;
  const map = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(map)) {
    const field = fields.get(name);
    if (field === undefined || !isClosed(field, map[name])) return false;
  }
  return true;
}

/** A copy without unknown fields; their pointers go to `unknown`. As deep as the schema, however deep the body is. */
function tidy({ isMap, fields }: Shape, value: unknown, pointer: string, unknown: string[]): unknown {
  if (!isMap || typeof value !== 'object' || value === null) return value;
  const isEmptyList = Array.isArray(value) && value.length === 0;
  if (Array.isArray(value) && !isEmptyList) return value;
  if (fields === null) return isEmptyList ? {} : value;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    const field = fields.get(name);
    const at = `${pointer}/${escapeName(name)}`;
    if (field === undefined) unknown.push(at);
    else if (part !== null) copy[name] = tidy(field, part, at, unknown);
  }
  return copy;
}

/** RFC 6901, section 3. */
function escapeName(name: string): string {
  const short = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  return short.replaceAll('~', '~0').replaceAll('/', '~1');
}

const unknownField = (pointer: string): FieldError => ({ pointer, detail: 'is not a known field' });

function unknownWarnings(unknown: readonly string[]): readonly Warning[] {
  const warnings = unknown.slice(0, MAX_ERRORS).map((pointer) => ({ pointer, code: 'unknown_field' }));
  if (unknown.length > MAX_ERRORS) warnings.push({ pointer: '', code: 'more_unknown_fields' });
  return warnings;
}

/** One sentence a place, in the caller's words; never a value. */
function fieldErrors(found: readonly TLocalizedValidationError[]): FieldError[] {
  const byPointer = new Map<string, FieldError>();
  const add = (pointer: string, detail: string): void => {
    if (!byPointer.has(pointer)) byPointer.set(pointer, { pointer, detail });
  };
  for (const error of found) {
    if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) {
        add(`${error.instancePath}/${escapeName(name)}`, 'is required');
      }
    } else if (error.keyword !== 'additionalProperties') {
      // That one only repeats, at the map, what was said of its members.
      add(error.instancePath, detailOf(error));
    }
  }
  return [...byPointer.values()];
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'an object',
  array: 'a list',
};

function detailOf(error: TLocalizedValidationError): string {
  switch (error.keyword) {
    case 'type': {
      const types = [error.params.type].flat().filter((type) => type !== 'null');
      return `must be ${types.map((type) => TYPE_WORDS[type] ?? type).join(' or ')}`;
    }
    case 'enum':
      return `must be one of ${error.params.allowedValues.filter((value) => value !== null).join(', ')}`;
    case 'minLength':
      return error.params.limit === 1
        ? 'must not be empty'
        : `must have at least ${error.params.limit} characters`;
    case 'maxLength':
      return `must have at most ${error.params.limit} characters`;
    case 'maxItems':
      return `must have at most ${error.params.limit} entries`;
    case 'minimum':
      return `must be at least ${error.params.limit}`;
    case 'maximum':
      return `must be at most ${error.params.limit}`;
    default:
      return 'is not valid';
  }
}
