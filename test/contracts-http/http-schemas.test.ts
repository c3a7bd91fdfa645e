import { describe, expect, it } from 'vitest';
import { HTTP_SCHEMAS } from '../../src/contracts/http/http-schemas.ts';
import { RiskRequest } from '../../src/contracts/http/risk-request.ts';
import { validateRiskBody } from '../../src/contracts/http/validate-body.ts';

/** Keywords that OpenAPI 3.1 generators for Java and PHP understand. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...['$id', '$ref', 'title', 'description', 'examples', 'type', 'enum', 'format'],
  ...['properties', 'required', 'additionalProperties', 'items'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'maxItems'],
]);

interface Part {
  readonly path: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** A schema and every schema within it. */
function parts(path: string, schema: Readonly<Record<string, unknown>>): Part[] {
  const under = (name: string, value: unknown): Part[] =>
    typeof value === 'object' && value !== null
      ? parts(`${path}/${name}`, value as Readonly<Record<string, unknown>>)
      : [];
  return [
    { path, schema },
    ...Object.entries((schema.properties ?? {}) as object).flatMap(([name, value]) => under(name, value)),
    ...under('items', schema.items),
    ...under('additionalProperties', schema.additionalProperties),
  ];
}

const json = JSON.parse(JSON.stringify(HTTP_SCHEMAS)) as Readonly<Record<string, unknown>>[];
const all = json.flatMap((schema) => parts(String(schema.$id), schema));

describe('the schemas of the wire', () => {
  it('have ids of their own, which are also their titles', () => {
    const ids = json.map(({ $id }) => $id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(json.map(({ title }) => title)).toEqual(ids);
  });

  it('survive being written as JSON', () => {
    expect(json).toEqual(JSON.parse(JSON.stringify(json)));
    expect(all.length).toBeGreaterThan(200);
  });

  it('use only keywords that client generators understand', () => {
    const others = all.flatMap(({ path, schema }) =>
      Object.keys(schema)
        .filter((keyword) => !KEYWORDS.has(keyword))
        .map((keyword) => `${path}: ${keyword}`),
    );
    expect(others).toEqual([]);
  });

  it('give every part a type or a reference to a schema that is there', () => {
    const ids = new Set(json.map(({ $id }) => `${String($id)}#`));
    const without = all.filter(({ schema }) => schema.type === undefined && !ids.has(String(schema.$ref)));
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('name every object that has fields, so that generated classes have names', () => {
    const nameless = all.filter(
      ({ schema }) => schema.properties !== undefined && schema.title === undefined,
    );
    expect(nameless.map(({ path }) => path)).toEqual([]);
  });

  it('give one name to one structure only', () => {
    const byTitle = new Map<unknown, string>();
    const clashes: string[] = [];
    for (const { path, schema } of all) {
      if (schema.properties === undefined || schema.title === undefined) continue;
      const { type, description, $id, ...rest } = schema;
      const text = JSON.stringify(rest);
      if ((byTitle.get(schema.title) ?? text) !== text) clashes.push(path);
      byTitle.set(schema.title, text);
    }
    expect(clashes).toEqual([]);
  });

  it('describe or exemplify every field of a request', () => {
    const silent = json
      .filter(({ $id }) => String($id).endsWith('Request'))
      .flatMap((schema) => parts(String(schema.$id), schema))
      .filter(
        ({ path, schema }) =>
          schema.description === undefined &&
          schema.examples === undefined &&
          schema.title === undefined &&
          !/\/(items|additionalProperties)$/.test(path),
      );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('put no limit on what an end user can influence but its type', () => {
    const limited = all.filter(
      ({ path, schema }) =>
        /^(Risk|Events)Request\/(context\/(user_agent|headers)|user\/login|device\/|session\/id)/.test(
          path,
        ) && Object.keys(schema).some((keyword) => /^(min|max|enum|format|pattern)/.test(keyword)),
    );
    expect(limited.map(({ path }) => path)).toEqual([]);
  });

  it('have examples that are themselves accepted', () => {
    const { examples } = RiskRequest as unknown as { readonly examples: readonly unknown[] };
    expect(examples.map((body) => validateRiskBody(body, { lenient: false }).ok)).toEqual([true]);
  });
});
