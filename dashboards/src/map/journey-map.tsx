import { HEIGHT, WIDTH, world } from './world.ts';

export interface JourneyPoint {
  readonly latitude: number;
  readonly longitude: number;
}

interface JourneyMapProps {
  readonly here: JourneyPoint;
  readonly before: JourneyPoint | null;
  /** Says in words what the picture shows. */
  readonly label: string;
}

/** Drawn around the points: closer than this a country cannot be recognised. */
const LEAST_WIDTH = 240;

/** The part of the world that holds both points, with air around them, in the shape of the whole map. */
const frameOf = (points: readonly { readonly x: number; readonly y: number }[]): string => {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const ratio = HEIGHT / WIDTH;
  const width = Math.min(WIDTH, Math.max(LEAST_WIDTH, (right - left) * 1.4, ((bottom - top) * 1.6) / ratio));
  const height = width * ratio;
  const x = Math.min(WIDTH - width, Math.max(0, (left + right - width) / 2));
  const y = Math.min(HEIGHT - height, Math.max(0, (top + bottom - height) / 2));
  return `${x} ${y} ${width} ${height}`;
};

/** Where this login and the one before it came from, and the shortest way between them. */
export default function JourneyMap({ here, before, label }: JourneyMapProps) {
  const { shapes, point, way } = world();
  const at = point(here.latitude, here.longitude);
  const from = before === null ? null : point(before.latitude, before.longitude);
  if (at === null) return null;
  const points = from === null ? [at] : [at, from];
  const frame = frameOf(points);
  const scale = Number(frame.split(' ')[2]) / WIDTH;
  return (
    <div className="map map-journey">
      <svg viewBox={frame} role="img" aria-label={label}>
        {shapes.map(({ country, path }) => (
          <path key={country ?? path} d={path} className="map-heat map-land" />
        ))}
        {before !== null && (
          <path
            d={way([before.longitude, before.latitude], [here.longitude, here.latitude])}
            className="map-route"
            strokeWidth={3 * scale}
          />
        )}
        {from !== null && (
          <circle cx={from.x} cy={from.y} r={9 * scale} className="map-before" strokeWidth={3 * scale} />
        )}
        <circle cx={at.x} cy={at.y} r={11 * scale} className="map-here" strokeWidth={3 * scale} />
      </svg>
    </div>
  );
}
