/**
 * The names under which clients are remembered. Profiles and statistics are keyed by them, so a name, once used, stays:
 * a renamed family would make every user's browser new at once.
 *
 * Browsers keep the parser's name in lower case, except that the phone editions of Chrome, Firefox, Edge and Opera are
 * families of their own (`chrome mobile` …), on Android and iOS alike: another edition is another program, while
 * which system it runs on is said by the system's family. Frequent results: `chrome`, `chrome mobile`,
 * `chrome webview`, `chrome headless`, `safari`, `mobile safari`, `firefox`, `firefox mobile`, `edge`, `edge mobile`,
 * `opera`, `opera mobile`, `samsung internet`, `android browser`, `ie`, `yandex`, `vivaldi`.
 */
export function browserFamilyOf(name: string, osFamily: string | null): string {
  const lower = name.toLowerCase().slice(0, longestName);
  if (lower === 'opera mobi' || lower === 'opera tablet') return 'opera mobile';
  // One program under two spellings: pages shown inside apps lack the parser's cue ("Version/… Mobile/…").
  if (lower === 'safari' && osFamily === 'ios') return 'mobile safari';
  const onPhone = osFamily === 'android' || osFamily === 'ios';
  return onPhone && withPhoneEdition.has(lower) ? `${lower} mobile` : lower;
}

/**
 * Systems in lower case: `windows`, `mac os`, `ios` (iPadOS too), `android`, `linux`, `chrome os` …. Distributions
 * are all `linux`: Firefox names Ubuntu where Chrome on the same machine does not, and that is no new computer.
 */
export function osFamilyOf(name: string): string {
  const lower = name.toLowerCase().slice(0, longestName);
  if (lower === 'chromium os') return 'chrome os';
  if (lower === 'ipados') return 'ios';
  if (lower === 'windows phone os') return 'windows phone';
  return distributions.test(lower) ? 'linux' : lower;
}

const withPhoneEdition: ReadonlySet<string> = new Set(['chrome', 'firefox', 'edge', 'opera']);

/** Whole names only: `ubuntu touch` is a phone's system. */
const distributions =
  /^(?:gnu|[kxln]?ubuntu|debian|(?:open)?suse|gentoo|arch|slackware|fedora|mandriva|mageia|centos|pclinuxos|red ?hat|zenwalk|linpus|raspbian|deepin|manjaro|elementary os|sabayon|linspire|mint|vectorlinux|joli)$/;

/** Names and versions are kept in stores and shown on pages; the longest real one is 24 characters. */
const longestName = 40;
