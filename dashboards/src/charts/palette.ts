/** Colours as painted at this moment, from the tokens: canvas knows no custom properties. */
export const readColors = <Name extends string>(
  host: HTMLElement,
  names: readonly Name[],
): Record<Name, string> => {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const colors = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  ) as Record<Name, string>;
  probe.remove();
  return colors;
};
