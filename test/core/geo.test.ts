import { describe, expect, it } from 'vitest';
import {
  countryKey,
  countryOfKey,
  distance_km,
  MAX_DISTANCE_KM,
  PLACE_GRID_RADIUS_KM,
  placeKey,
  placeLatitude,
  placeLongitude,
} from '../../src/core/geo.ts';
import { seededRandom } from '../support/random.ts';

describe('distance', () => {
  it('agrees with known great circles within 0.5 %', () => {
    // London to New York and Paris to Tokyo, as geodesics on the WGS 84 ellipsoid.
    expect(Math.abs(distance_km(51.5074, -0.1278, 40.7128, -74.006) / 5_585 - 1)).toBeLessThan(0.005);
    expect(Math.abs(distance_km(48.8566, 2.3522, 35.6762, 139.6503) / 9_735 - 1)).toBeLessThan(0.005);
  });

  it('is a finite number for every two points, symmetric, and never more than half the circumference', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 5_000; i++) {
      const [a, b] = [random() * 180 - 90, random() * 360 - 180];
      const [c, d] = i % 3 === 0 ? [-a, b - 180] : [random() * 180 - 90, random() * 360 - 180];
      const km = distance_km(a, b, c, d);
      expect(km).toBeGreaterThanOrEqual(0);
      expect(km).toBeLessThanOrEqual(MAX_DISTANCE_KM);
      expect(distance_km(c, d, a, b)).toBeCloseTo(km, 6);
    }
  });

  it('is short across the date line and at the poles', () => {
    expect(distance_km(0, 179.9, 0, -179.9)).toBeLessThan(25);
    expect(distance_km(90, 0, 90, 120)).toBeLessThan(0.001);
  });
});

describe('place keys', () => {
  it('give back a place within the radius of their cell, everywhere on earth', () => {
    const random = seededRandom(4);
    for (let i = 0; i < 5_000; i++) {
      const latitude = random() * 180 - 90;
      const longitude = random() * 360 - 180;
      const key = placeKey(latitude, longitude);
      expect(Number.isInteger(key) && key >= 0 && key < 2 ** 32).toBe(true);
      expect(distance_km(latitude, longitude, placeLatitude(key), placeLongitude(key))).toBeLessThanOrEqual(
        PLACE_GRID_RADIUS_KM,
      );
    }
  });
});

it('country keys can be read back', () => {
  for (const country of ['DE', 'ZW', 'AA']) expect(countryOfKey(countryKey(country))).toBe(country);
});
