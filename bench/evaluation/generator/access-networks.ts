/** A country as the generator sees it: its clock, its language and who sells access there. */
export interface AccessCountry {
  /** Standard time; nobody's habits depend on an hour of summer time here. */
  readonly utcOffset_h: number;
  readonly language: string;
  /** AS numbers of fixed-line providers. */
  readonly fixed: readonly number[];
  /** AS numbers of mobile carriers; where a carrier shares the number of the fixed network, that one. */
  readonly mobile: readonly number[];
}

/**
 * Providers by the numbers under which the public registries (RIPE NCC, ARIN, APNIC, LACNIC, AFRINIC) know them. Only
 * blocks that the place table puts into the country are used, so an error here makes a provider smaller, not wrong.
 */
export const ACCESS_COUNTRIES: Readonly<Record<string, AccessCountry>> = {
  DE: country(1, 'de-DE', [3320, 3209, 6805, 8881, 8422], [3320, 3209, 6805]),
  AT: country(1, 'de-AT', [8447, 8412], [8412, 25255]),
  CH: country(1, 'de-CH', [3303, 6730], [3303, 15796]),
  FR: country(1, 'fr-FR', [3215, 12322, 15557, 5410], [3215, 15557]),
  GB: country(0, 'en-GB', [2856, 5089, 5607, 13285], [25135, 206067]),
  IE: country(0, 'en-IE', [5466, 15502], [13280]),
  NL: country(1, 'nl-NL', [33915, 1136, 50266, 15435], [1136, 50266]),
  BE: country(1, 'nl-BE', [5432, 6848], [5432]),
  IT: country(1, 'it-IT', [3269, 12874, 1267], [30722, 24608]),
  ES: country(1, 'es-ES', [3352, 12479, 15704], [12430, 12479]),
  PT: country(0, 'pt-PT', [3243, 2860], [3243]),
  SE: country(1, 'sv-SE', [3301, 1257], [44034]),
  NO: country(1, 'nb-NO', [2119, 29695], [2119]),
  DK: country(1, 'da-DK', [3292, 9158], [9158]),
  FI: country(2, 'fi-FI', [719, 16086], [1759]),
  PL: country(1, 'pl-PL', [5617, 12741, 21021], [8374, 39603]),
  CZ: country(1, 'cs-CZ', [5610, 16019], [13036]),
  RO: country(2, 'ro-RO', [8708, 9050], [8953]),
  HU: country(1, 'hu-HU', [5483, 21334], [5483]),
  GR: country(2, 'el-GR', [6799, 1241], [3329]),
  UA: country(2, 'uk-UA', [13188, 6849], [15895]),
  RU: country(3, 'ru-RU', [12389, 42610, 25513], [12958, 31133]),
  TR: country(3, 'tr-TR', [9121, 34984], [16135, 20978]),
  US: country(-6, 'en-US', [7922, 7018, 701, 20115, 22773, 5650, 10796], [21928, 6167, 20057]),
  CA: country(-5, 'en-CA', [577, 812, 6327, 852], [812]),
  BR: country(-3, 'pt-BR', [28573, 18881, 7738], [26599, 26615]),
  MX: country(-6, 'es-MX', [8151, 13999, 6503], [28403]),
  AR: country(-3, 'es-AR', [7303, 22927], [7303]),
  CO: country(-5, 'es-CO', [10620, 3816, 13489], [3816]),
  CL: country(-4, 'es-CL', [7418, 22047], [7418]),
  IN: country(5.5, 'en-IN', [9829, 24560, 17488], [55836, 45609]),
  ID: country(7, 'id-ID', [7713, 23700], [23693]),
  VN: country(7, 'vi-VN', [45899, 18403], [7552]),
  PH: country(8, 'en-PH', [9299, 4775], [132199]),
  TH: country(7, 'th-TH', [17552, 23969, 45758], [24378]),
  MY: country(8, 'ms-MY', [4788], [9534]),
  CN: country(8, 'zh-CN', [4134, 4837], [9808]),
  JP: country(9, 'ja-JP', [4713, 2516, 17676], [9605]),
  KR: country(9, 'ko-KR', [4766, 9318, 3786], [9644]),
  TW: country(8, 'zh-TW', [3462, 9924], [24158]),
  AU: country(10, 'en-AU', [1221, 4804, 7545], [4804]),
  NZ: country(12, 'en-NZ', [4771, 9500], [9790]),
  ZA: country(2, 'en-ZA', [3741, 37457, 5713], [29975, 37168]),
  NG: country(1, 'en-NG', [37148], [29465, 36873]),
  EG: country(2, 'ar-EG', [8452, 24835], [36992]),
  KE: country(3, 'en-KE', [33771], [36926]),
  MA: country(0, 'fr-MA', [36903], [6713]),
  PK: country(5, 'en-PK', [17557, 23674], [45595]),
  SA: country(3, 'ar-SA', [25019, 39891], [35819]),
  IL: country(2, 'he-IL', [8551, 1680, 12849], [1680]),
};

/**
 * Where rented and infected machines of attackers stand, by weight: populous countries with many open or infected
 * routers. An assumption of the generator, not a measurement.
 */
export const BOT_COUNTRIES: Readonly<Record<string, number>> = {
  BR: 10, IN: 12, ID: 9, VN: 9, RU: 9, CN: 8, US: 8, TR: 5, MX: 4, TH: 4, EG: 4, UA: 4, PH: 3, PK: 4, AR: 3, CO: 3,
  ZA: 2, NG: 3, MA: 2, IT: 2, PL: 2, RO: 2, KR: 2, TW: 2, ES: 1, FR: 1, DE: 1, GB: 1,
}; // biome-ignore format: one table

function country(
  utcOffset_h: number,
  language: string,
  fixed: readonly number[],
  mobile: readonly number[],
): AccessCountry {
  return { utcOffset_h, language, fixed, mobile };
}
