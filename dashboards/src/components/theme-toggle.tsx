import { chooseTheme, nextTheme, useTheme } from '../lib/theme.ts';
import { MoonIcon, SunIcon, SystemIcon } from './icons.tsx';

const ICONS = { system: SystemIcon, light: SunIcon, dark: MoonIcon };
const WORDS = { system: 'System theme', light: 'Light theme', dark: 'Dark theme' };

/** One button through system, light and dark; its name says what is set and what comes next. */
export function ThemeToggle() {
  const theme = useTheme();
  const next = nextTheme(theme);
  const Current = ICONS[theme];
  const label = `${WORDS[theme]}; switch to ${WORDS[next].toLowerCase()}`;
  return (
    <button
      type="button"
      className="button button-icon"
      onClick={() => chooseTheme(next)}
      aria-label={label}
      title={label}
      data-testid="theme-toggle"
    >
      <Current />
    </button>
  );
}
