/** A line that a page showing derived data must carry, and where it links to. */
export interface DataAttribution {
  readonly data: string;
  readonly text: string;
  readonly url: string;
  readonly licence: string;
}

/**
 * The credits that the licences of the built-in tables ask for. They belong into NOTICE, and DB-IP's terms also ask
 * for a link on web pages that show results from its data.
 */
export const ipDataAttributions: readonly DataAttribution[] = [
  {
    data: 'AS numbers (@ip-location-db/asn)',
    text: 'IPv4 routes by Route Views (University of Oregon)',
    url: 'https://www.routeviews.org/',
    licence: 'CC BY 4.0',
  },
  {
    data: 'AS numbers (@ip-location-db/asn)',
    text: 'Address delegations by the Number Resource Organization',
    url: 'https://www.nro.net/',
    licence: 'CC BY 4.0',
  },
  {
    data: 'AS numbers and organisation names (@ip-location-db/asn)',
    text: 'IP Geolocation by DB-IP',
    url: 'https://db-ip.com',
    licence: 'CC BY 4.0',
  },
  {
    data: 'Places (geoip-lite)',
    text: 'This product includes GeoLite2 data created by MaxMind',
    url: 'https://www.maxmind.com',
    licence: 'CC BY-SA 4.0',
  },
];
