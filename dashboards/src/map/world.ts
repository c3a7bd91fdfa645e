import { type GeoPermissibleObjects, geoCentroid, geoNaturalEarth1, geoPath } from 'd3-geo';
import codes from 'i18n-iso-countries/codes.json';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/countries-110m.json';
import { SMALL_TERRITORIES } from './small-territories.ts';

/** Units of the drawing; it scales with its box. */
export const WIDTH = 960;
export const HEIGHT = 452;

export interface Shape {
  /** ISO 3166-1 alpha-2; null for what has no code. */
  readonly country: string | null;
  readonly path: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface World {
  readonly shapes: readonly Shape[];
  /** Territories too small for a shape. */
  readonly dots: readonly (Point & { readonly country: string })[];
  /** Null for a country that is not on the map. */
  centre(country: string): Point | null;
  point(latitude: number, longitude: number): Point | null;
  /** The shortest way over the globe, as a path; empty when either end is not on the map. */
  way(
    from: readonly [longitude: number, latitude: number],
    to: readonly [longitude: number, latitude: number],
  ): string;
  /** Longitude and latitude of a country's middle. */
  middle(country: string): readonly [number, number] | null;
}

const ANTARCTICA = 'AQ';
/** In the geometry by its name alone. */
const KOSOVO = 'XK';
/** Where the middle of the shape is far from where people live: longitude and latitude of the latter. */
const MIDDLES: Readonly<Record<string, readonly [number, number]>> = {
  CA: [-96, 51],
  CL: [-71, -34],
  FR: [2.5, 46.7],
  NO: [9.5, 61],
  RU: [48, 56],
  US: [-97, 39],
};

let made: World | null = null;

/** The geometry is decoded once; some 20 ms. */
export const world = (): World => {
  made ??= draw();
  return made;
};

const draw = (): World => {
  const alpha2 = new Map(codes.map(([two = '', , numeric = '']) => [numeric, two]));
  const topology = atlas as unknown as Topology<{
    readonly countries: GeometryCollection<{ readonly name: string }>;
  }>;
  const countries = feature(topology, topology.objects.countries).features.map((shape) => ({
    shape,
    country: alpha2.get(String(shape.id ?? '')) ?? (shape.properties.name === 'Kosovo' ? KOSOVO : null),
  }));
  const shown = countries.filter(({ country }) => country !== ANTARCTICA);
  const projection = geoNaturalEarth1().fitExtent(
    [
      [2, 2],
      [WIDTH - 2, HEIGHT - 2],
    ],
    { type: 'FeatureCollection', features: shown.map(({ shape }) => shape) },
  );
  const path = geoPath(projection).digits(1);
  const middles = new Map<string, readonly [number, number]>(
    shown.flatMap(({ shape, country }) => (country === null ? [] : [[country, geoCentroid(shape)] as const])),
  );
  const drawn = new Set(middles.keys());
  for (const [country, [latitude, longitude]] of Object.entries(SMALL_TERRITORIES)) {
    if (!drawn.has(country)) middles.set(country, [longitude, latitude]);
  }
  for (const [country, middle] of Object.entries(MIDDLES)) middles.set(country, middle);

  const project = (middle: readonly [number, number] | undefined): Point | null => {
    const found = middle === undefined ? null : projection([middle[0], middle[1]]);
    return found === null ? null : { x: found[0], y: found[1] };
  };
  const centre = (country: string): Point | null => project(middles.get(country));
  return {
    shapes: shown.map(({ shape, country }) => ({ country, path: path(shape) ?? '' })),
    dots: Object.keys(SMALL_TERRITORIES).flatMap((country) => {
      const point = drawn.has(country) ? null : centre(country);
      return point === null ? [] : [{ country, ...point }];
    }),
    centre,
    middle: (country) => middles.get(country) ?? null,
    point: (latitude, longitude) => project([longitude, latitude]),
    way: (from, to) => {
      const line: GeoPermissibleObjects = { type: 'LineString', coordinates: [[...from], [...to]] };
      return path(line) ?? '';
    },
  };
};
