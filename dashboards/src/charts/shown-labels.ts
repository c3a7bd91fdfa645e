/** Of a label of the axes, at their size. */
const CHARACTER_PX = 6.5;
const BETWEEN_LABELS_PX = 14;

/**
 * Places of the labels to be written ('' is none): all where there is room for them, else every second, third, … so that
 * their distances stay the same.
 */
export const shownLabels = (labels: readonly string[], width_px: number): ReadonlySet<number> => {
  const written = labels.flatMap((label, index) => (label === '' ? [] : [index]));
  const longest = Math.max(0, ...labels.map((label) => label.length));
  const room = Math.max(1, Math.floor(width_px / (longest * CHARACTER_PX + BETWEEN_LABELS_PX)));
  const every = Math.max(1, Math.ceil(written.length / room));
  return new Set(written.filter((_, place) => place % every === 0));
};
