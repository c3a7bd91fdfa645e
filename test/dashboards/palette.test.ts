import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Rgb = readonly [number, number, number];
type Theme = 'light' | 'dark';

const css = readFileSync(new URL('../../dashboards/src/styles/tokens.css', import.meta.url), 'utf8');

const parse = (hex: string): Rgb => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

const token = (name: string, theme: Theme): Rgb => {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  const hex = theme === 'light' ? found?.[1] : found?.[2];
  if (hex === undefined) throw new Error(`no token --${name}`);
  return parse(hex);
};

const linear = (channel: number): number => {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** WCAG 2.2, relative luminance and contrast ratio. */
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const contrast = (a: Rgb, b: Rgb): number => {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
const VISIONS: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Linear RGB → OKLab (Ottosson 2020); distances of 0.02 are just seen. */
const oklab = ([r, g, b]: Rgb): Rgb => {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};

const seen = (color: Rgb, vision: readonly [Rgb, Rgb, Rgb]): Rgb => {
  const [r, g, b] = [linear(color[0]), linear(color[1]), linear(color[2])];
  const mix = (row: Rgb): number => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b));
  return [mix(vision[0]), mix(vision[1]), mix(vision[2])];
};

const distance = (a: Rgb, b: Rgb, vision: readonly [Rgb, Rgb, Rgb]): number => {
  const x = oklab(seen(a, vision));
  const y = oklab(seen(b, vision));
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
};

const GROUPS = [
  ['action-allow', 'action-challenge', 'action-block'],
  ['level-low', 'level-medium', 'level-high'],
  ['raises', 'lowers'],
];
const THEMES: readonly Theme[] = ['light', 'dark'];

describe.each(THEMES)('the %s palette', (theme) => {
  test.each(['text', 'text-2', 'text-3', 'danger', 'raises', 'lowers'])(
    '%s is readable as text on every surface',
    (name) => {
      for (const surface of ['bg', 'surface', 'surface-raised', 'surface-sunken']) {
        expect(contrast(token(name, theme), token(surface, theme))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test.each([
    ['strong-text', 'strong'],
    ['danger-text', 'danger'],
  ])('%s is readable on %s', (text, fill) => {
    expect(contrast(token(text, theme), token(fill, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([...GROUPS.flat(), 'sum', 'line-strong', 'focus', 'warn', 'good'])(
    '%s stands out as a mark, border or bar',
    (name) => {
      expect(contrast(token(name, theme), token('surface', theme))).toBeGreaterThanOrEqual(3);
    },
  );

  test.each(Object.keys(VISIONS))('actions, levels and evidence stay apart under %s vision', (vision) => {
    const matrix = VISIONS[vision];
    if (matrix === undefined) throw new Error(`no vision ${vision}`);
    for (const group of GROUPS) {
      for (const [index, a] of group.entries()) {
        for (const b of group.slice(index + 1)) {
          expect(distance(token(a, theme), token(b, theme), matrix), `${a} against ${b}`).toBeGreaterThan(
            0.1,
          );
        }
      }
    }
  });
});
