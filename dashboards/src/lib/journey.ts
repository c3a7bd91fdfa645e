/** Mean radius of the Earth, km (IUGG). */
const EARTH_KM = 6371.0088;

interface Place {
  readonly latitude: number | null | undefined;
  readonly longitude: number | null | undefined;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in km by the haversine formula; null when either place is not known. */
export const distanceKm = (a: Place, b: Place): number | null => {
  if (a.latitude == null || a.longitude == null || b.latitude == null || b.longitude == null) return null;
  const half = (value: number): number => Math.sin(value / 2) ** 2;
  const h =
    half(radians(b.latitude - a.latitude)) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(radians(b.longitude - a.longitude));
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
};
