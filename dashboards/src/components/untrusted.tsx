import { reveal } from '../lib/text.ts';

interface UntrustedProps {
  readonly children: string;
  readonly mono?: boolean;
  /** One line, cut with an ellipsis; the whole text is in its title. */
  readonly cut?: boolean;
}

/**
 * Text that whoever logs in may have chosen: ids, user agents, network names. Always text, never markup; isolated so
 * that right-to-left characters cannot rearrange what stands beside it, and with invisible characters made visible.
 */
export function Untrusted({ children, mono = false, cut = false }: UntrustedProps) {
  const text = reveal(children);
  const names = ['untrusted', mono ? 'mono' : '', cut ? 'cut' : ''].filter((name) => name !== '').join(' ');
  return (
    <bdi className={names} {...(cut ? { title: text } : {})}>
      {text}
    </bdi>
  );
}
