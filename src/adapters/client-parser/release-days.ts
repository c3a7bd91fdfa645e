/**
 * When browsers were released. Source: the release dates of MDN's browser-compat-data 8.1.9 (public domain, CC0),
 * which follow the makers' calendars, among them the switch of Chrome to four weeks with 94 (September 2021) and to
 * two with 153 (September 2026), and scheduled dates to the end of 2026.
 *
 * A train keeps the fewest anchors from which every release lies within `within_days` by straight lines; majors
 * after the last anchor are continued at the train's present pace for at most `ahead_majors`, beyond which a version
 * is taken for invented. Browsers that skip numbers are listed in full, and nothing between exists.
 */
interface Train {
  readonly anchors: readonly (readonly [major: number, day: string])[];
  readonly pace_days: number;
  readonly within_days: number;
  /** First and last of the majors that were never released. */
  readonly skipped?: readonly [first: number, last: number];
}

type Listed = ReadonlyMap<number, string>;

/** About two years of two-week releases: after that this file is too old to tell. */
const ahead_majors = 52;

/** Chrome on every platform; Android and iOS follow within days. */
const chrome: Train = {
  anchors: [
    [1, '2008-12-11'],
    [2, '2009-05-21'],
    [5, '2010-05-25'],
    [6, '2010-09-02'],
    [8, '2010-12-02'],
    [9, '2011-02-03'],
    [12, '2011-06-07'],
    [22, '2012-09-25'],
    [25, '2013-02-21'],
    [26, '2013-03-26'],
    [36, '2014-07-16'],
    [39, '2014-11-18'],
    [40, '2015-01-21'],
    [43, '2015-05-19'],
    [44, '2015-07-21'],
    [70, '2018-10-16'],
    [80, '2020-02-04'],
    [81, '2020-04-07'],
    [83, '2020-05-19'],
    [84, '2020-07-27'],
    [87, '2020-11-17'],
    [88, '2021-01-19'],
    [93, '2021-08-31'],
    [96, '2021-11-15'],
    [97, '2022-01-04'],
    [107, '2022-10-25'],
    [110, '2023-02-07'],
    [114, '2023-05-30'],
    [115, '2023-07-18'],
    [120, '2023-12-05'],
    [121, '2024-01-23'],
    [131, '2024-11-12'],
    [132, '2025-01-14'],
    [138, '2025-06-24'],
    [146, '2026-03-10'],
    [152, '2026-08-25'],
    [159, '2026-12-08'],
  ],
  pace_days: 14,
  within_days: 10,
};

/** EdgeHTML to 18, Chromium from 79. */
const edge: Train = {
  anchors: [
    [12, '2015-07-29'],
    [13, '2015-11-12'],
    [15, '2017-04-05'],
    [17, '2018-04-30'],
    [18, '2018-10-02'],
    [79, '2020-01-15'],
    [80, '2020-02-07'],
    [81, '2020-04-13'],
    [83, '2020-05-21'],
    [92, '2021-07-22'],
    [99, '2022-03-03'],
    [107, '2022-10-27'],
    [111, '2023-03-13'],
    [114, '2023-06-02'],
    [116, '2023-08-21'],
    [120, '2023-12-07'],
    [122, '2024-02-23'],
    [131, '2024-11-14'],
    [132, '2025-01-17'],
    [138, '2025-06-26'],
    [145, '2026-02-14'],
    [152, '2026-08-28'],
    [159, '2026-12-10'],
    [160, '2027-01-07'],
  ],
  pace_days: 14,
  within_days: 10,
  skipped: [19, 78],
};

/** Firefox on every platform. */
const firefox: Train = {
  anchors: [
    [1, '2004-11-09'],
    [2, '2006-10-24'],
    [3, '2008-06-17'],
    [4, '2011-03-22'],
    [5, '2011-06-21'],
    [8, '2011-11-08'],
    [47, '2016-06-07'],
    [50, '2016-11-15'],
    [51, '2017-01-24'],
    [54, '2017-06-13'],
    [61, '2018-06-26'],
    [62, '2018-09-05'],
    [71, '2019-12-10'],
    [88, '2021-04-19'],
    [91, '2021-08-10'],
    [147, '2026-01-13'],
    [150, '2026-04-21'],
    [154, '2026-08-18'],
    [162, '2026-12-08'],
    [163, '2027-01-12'],
  ],
  pace_days: 14,
  within_days: 10,
};

/** Opera for computers. */
const opera: Train = {
  anchors: [
    [2, '1996-07-14'],
    [3, '1997-12-01'],
    [4, '2000-06-28'],
    [5, '2000-12-06'],
    [7, '2003-01-28'],
    [8, '2005-04-19'],
    [9, '2006-06-20'],
    [10, '2009-09-01'],
    [11, '2010-12-16'],
    [12, '2012-06-14'],
    [15, '2013-07-02'],
    [27, '2015-01-27'],
    [79, '2021-09-14'],
    [109, '2024-03-27'],
    [117, '2025-02-13'],
    [121, '2025-08-27'],
    [137, '2026-10-07'],
    [140, '2026-11-10'],
  ],
  pace_days: 21,
  within_days: 21,
};

/** Opera for Android, which has numbers of its own. */
const operaMobile: Train = {
  anchors: [
    [10, '2010-11-09'],
    [11, '2011-03-22'],
    [12, '2012-02-25'],
    [14, '2013-05-21'],
    [36, '2016-03-31'],
    [37, '2016-06-16'],
    [41, '2016-10-25'],
    [42, '2017-01-21'],
    [43, '2017-09-27'],
    [48, '2018-11-08'],
    [53, '2019-07-11'],
    [56, '2020-02-06'],
    [60, '2020-09-23'],
    [64, '2021-05-25'],
    [65, '2021-10-20'],
    [85, '2024-10-29'],
    [95, '2026-02-11'],
    [103, '2026-10-20'],
  ],
  pace_days: 40,
  within_days: 30,
};

/** Samsung Internet. */
const samsungInternet: Train = {
  anchors: [
    [1, '2013-04-27'],
    [2, '2014-10-17'],
    [3, '2015-04-10'],
    [4, '2016-03-11'],
    [6, '2017-08-23'],
    [7, '2018-03-16'],
    [8, '2018-07-18'],
    [9, '2018-09-15'],
    [10, '2019-08-22'],
    [11, '2019-12-05'],
    [13, '2020-12-02'],
    [16, '2021-11-25'],
    [17, '2022-05-04'],
    [25, '2024-04-24'],
    [26, '2024-06-07'],
    [28, '2025-04-02'],
    [30, '2026-05-11'],
  ],
  pace_days: 170,
  within_days: 21,
};

/** Safari for macOS; from 26 on numbered by the year. */
const safari: Listed = new Map([
  [1, '2003-06-23'],
  [2, '2005-04-29'],
  [3, '2007-10-26'],
  [4, '2009-06-08'],
  [5, '2010-06-07'],
  [6, '2012-07-25'],
  [7, '2013-10-22'],
  [8, '2014-10-16'],
  [9, '2015-09-30'],
  [10, '2016-09-20'],
  [11, '2017-09-19'],
  [12, '2018-09-17'],
  [13, '2019-09-19'],
  [14, '2020-09-16'],
  [15, '2021-09-20'],
  [16, '2022-09-12'],
  [17, '2023-09-18'],
  [18, '2024-09-16'],
  [26, '2025-09-15'],
  [27, '2026-09-14'],
]);

/** Safari on iOS and iPadOS. */
const mobileSafari: Listed = new Map([
  [1, '2007-06-29'],
  [2, '2008-07-11'],
  [3, '2009-06-17'],
  [4, '2010-06-21'],
  [5, '2011-10-12'],
  [6, '2012-09-10'],
  [7, '2013-09-18'],
  [8, '2014-09-17'],
  [9, '2015-09-16'],
  [10, '2016-09-13'],
  [11, '2017-09-19'],
  [12, '2018-09-17'],
  [13, '2019-09-19'],
  [14, '2020-09-16'],
  [15, '2021-09-20'],
  [16, '2022-09-12'],
  [17, '2023-09-18'],
  [18, '2024-09-16'],
  [26, '2025-09-15'],
  [27, '2026-09-14'],
]);

const internetExplorer: Listed = new Map([
  [1, '1995-08-16'],
  [2, '1995-11-22'],
  [3, '1996-08-13'],
  [4, '1997-09-30'],
  [5, '1999-03-18'],
  [6, '2001-08-27'],
  [7, '2006-10-18'],
  [8, '2009-03-19'],
  [9, '2011-03-14'],
  [10, '2012-10-26'],
  [11, '2013-10-17'],
]);

const trains: ReadonlyMap<string, Train> = new Map([
  ['chrome', chrome],
  ['chrome mobile', chrome],
  ['chrome webview', chrome],
  ['chrome headless', chrome],
  ['chromium', chrome],
  ['edge', edge],
  ['edge mobile', edge],
  ['firefox', firefox],
  ['firefox mobile', firefox],
  ['opera', opera],
  ['opera mobile', operaMobile],
  ['samsung internet', samsungInternet],
]);

const listed: ReadonlyMap<string, Listed> = new Map([
  ['safari', safari],
  ['mobile safari', mobileSafari],
  ['ie', internetExplorer],
]);

/**
 * Approximate release day of a browser's major version, in days since 1970-01-01; `null` for browsers without a table
 * and for majors that never were or lie too far ahead. `family` as in `ClientFacts`.
 */
export function releaseDayOf(family: string, major: number): number | null {
  const exact = listed.get(family)?.get(major);
  if (exact !== undefined) return dayNumber(exact);
  const train = trains.get(family);
  return train === undefined ? null : dayInTrain(train, major);
}

function dayInTrain({ anchors, pace_days, skipped }: Train, major: number): number | null {
  if (skipped !== undefined && major >= skipped[0] && major <= skipped[1]) return null;
  let before: readonly [number, string] | null = null;
  for (const anchor of anchors) {
    if (anchor[0] === major) return dayNumber(anchor[1]);
    if (anchor[0] > major) {
      if (before === null) return null;
      const share = (major - before[0]) / (anchor[0] - before[0]);
      return Math.round(dayNumber(before[1]) + share * (dayNumber(anchor[1]) - dayNumber(before[1])));
    }
    before = anchor;
  }
  if (before === null || major - before[0] > ahead_majors) return null;
  return dayNumber(before[1]) + (major - before[0]) * pace_days;
}

/** Days since 1970-01-01 of `YYYY-MM-DD`. */
function dayNumber(day: string): number {
  return Date.parse(day) / 86_400_000;
}
