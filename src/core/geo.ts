/** Mean radius R1 of the GRS 80 ellipsoid, km (Moritz, "Geodetic Reference System 1980", J. Geodesy 74, 2000). */
export const EARTH_RADIUS_KM = 6_371.008_8;
/** Half of the circumference: no two places are further apart. */
export const MAX_DISTANCE_KM = Math.PI * EARTH_RADIUS_KM;

const PLACE_GRID_DEG = 0.25;
/** Cells are numbered from the south pole and the date line, so that both halves of a key are positive. */
const LATITUDE_CELLS = 90 / PLACE_GRID_DEG;
const LONGITUDE_CELLS = 180 / PLACE_GRID_DEG;
/** Half the diagonal of a cell at the equator: how far a place may lie from the middle of its cell. */
export const PLACE_GRID_RADIUS_KM = 20;

const RADIANS = Math.PI / 180;

/**
 * Great-circle distance in km between two points given in degrees: haversine formula (R. W. Sinnott, "Virtues of the
 * Haversine", Sky & Telescope 68(2), 1984). On a sphere, so up to 0.5 % off; geo data of addresses is far coarser.
 */
export function distance_km(
  latitude1: number,
  longitude1: number,
  latitude2: number,
  longitude2: number,
): number {
  const sinLat = Math.sin(((latitude2 - latitude1) * RADIANS) / 2);
  const sinLon = Math.sin(((longitude2 - longitude1) * RADIANS) / 2);
  const h = sinLat * sinLat + Math.cos(latitude1 * RADIANS) * Math.cos(latitude2 * RADIANS) * sinLon * sinLon;
  // Rounding can carry h a hair beyond 1 for antipodes, where asin has no value.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** 32-bit key of the 0.25° cell of a place: 16 bits of latitude and 16 of longitude (see `Features.place`). */
export function placeKey(latitude: number, longitude: number): number {
  return (
    (((Math.round(latitude / PLACE_GRID_DEG) + LATITUDE_CELLS) << 16) |
      (Math.round(longitude / PLACE_GRID_DEG) + LONGITUDE_CELLS)) >>>
    0
  );
}

/** Middle of a cell, degrees north. */
export const placeLatitude = (key: number): number => ((key >>> 16) - LATITUDE_CELLS) * PLACE_GRID_DEG;
/** Middle of a cell, degrees east. */
export const placeLongitude = (key: number): number => ((key & 0xffff) - LONGITUDE_CELLS) * PLACE_GRID_DEG;

/** Two letters as a number that can be read back (see `Features.country`). */
export const countryKey = (country: string): number =>
  (country.charCodeAt(0) << 8) | (country.charCodeAt(1) & 0xff);
export const countryOfKey = (key: number): string => String.fromCharCode(key >>> 8, key & 0xff);
