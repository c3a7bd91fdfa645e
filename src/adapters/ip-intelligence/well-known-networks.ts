/**
 * Autonomous systems whose addresses are rented out by the server, so that Gatehouse can tell a data centre from a
 * home without any file. The numbers are facts of the public registries (RIPE NCC, ARIN, APNIC, LACNIC, AFRINIC)
 * as published by the holders; names follow the registration.
 *
 * Left out on purpose, because people browse through them: Cloudflare 13335, Fastly 54113 and Akamai 36183 and
 * 20940 carry Private Relay egress beside servers; Google 15169 and Hurricane Electric 6939 carry access networks
 * and tunnels; transit carriers (174, 3356, 1299 …) carry everybody. Such networks need a list by address.
 */
export const hostingSystems: ReadonlySet<number> = new Set([
  16509, // Amazon Web Services
  14618, // Amazon Web Services, us-east
  8987, // Amazon Data Services Ireland
  396982, // Google Cloud
  8075, // Microsoft (Azure)
  8068, // Microsoft
  31898, // Oracle Cloud
  36351, // IBM Cloud
  45102, // Alibaba Cloud, international
  37963, // Alibaba Cloud, China
  45090, // Tencent Cloud, China
  132203, // Tencent Cloud, international
  136907, // Huawei Cloud, international
  55990, // Huawei Cloud, China
  135377, // UCloud
  16276, // OVH
  35540, // OVH
  24940, // Hetzner
  213230, // Hetzner Cloud
  14061, // DigitalOcean
  393406, // DigitalOcean
  63949, // Akamai Connected Cloud (Linode)
  20473, // The Constant Company (Vultr, Choopa)
  51167, // Contabo
  12876, // Scaleway
  60781, // Leaseweb Netherlands
  28753, // Leaseweb Germany
  30633, // Leaseweb USA
  7203, // Leaseweb USA
  394380, // Leaseweb USA
  395954, // Leaseweb USA
  32613, // Leaseweb Canada
  59253, // Leaseweb Singapore
  205544, // Leaseweb United Kingdom
  9009, // M247
  60068, // Datacamp (CDN77)
  212238, // Datacamp
  62240, // Clouvider
  203020, // HostRoyale
  36352, // HostPapa (ColoCrossing)
  54290, // HostPapa (Hostwinds)
  53667, // FranTech (BuyVM)
  25820, // IT7 Networks
  40676, // Psychz Networks
  8100, // QuadraNet
  46844, // Sharktech
  62904, // Eonix
  23470, // ReliableSite
  29802, // Hivelocity
  61317, // Hivelocity (Heficed)
  19318, // Interserver
  32244, // Liquid Web
  33070, // Rackspace
  19994, // Rackspace
  27357, // Rackspace
  46606, // Unified Layer
  26496, // GoDaddy
  26347, // New Dream Network (DreamHost)
  22612, // Namecheap
  55293, // A2 Hosting
  47583, // Hostinger
  8560, // IONOS
  6724, // Strato
  20773, // Host Europe
  197540, // netcup
  44066, // firstcolo
  29066, // velia.net
  49981, // WorldStream
  43350, // NForce Entertainment
  57043, // HOSTKEY
  202053, // UpCloud
  42708, // GleSYS
  20860, // Iomart
  42831, // UK Dedicated Servers
  3223, // Voxility
  199524, // G-Core Labs
  21859, // Zenlayer
  16125, // Cherry Servers
  49505, // Selectel
  50340, // Selectel
  9123, // Timeweb
  197695, // REG.RU
  210644, // Aeza
  51396, // Pfcloud
  399629, // BL Networks
  9370, // SAKURA Internet
  9312, // xTom
  63473, // HostHatch
  63023, // GTHost
  36007, // Kamatera
  25780, // HugeServer Networks
  35916, // Multacom
  18779, // EGIHosting
  55286, // B2 Net Solutions
  200651, // FlokiNET
]);

/**
 * Autonomous systems that serve (almost) only phones: their addresses are gateways that thousands share and whose
 * place is the gateway's. From the same registries. Carriers that announce fixed lines under the same number
 * (Deutsche Telekom 3320, Telefónica 6805, SoftBank 17676, Telstra 1221 …) are left out.
 */
export const mobileSystems: ReadonlySet<number> = new Set([
  21928, // T-Mobile USA
  6167, // Verizon Wireless
  22394, // Verizon Wireless
  20057, // AT&T Mobility
  28403, // Radiomóvil Dipsa (Telcel), Mexico
  25135, // Vodafone UK, mobile
  206067, // Hutchison 3G UK
  60339, // Hutchison 3G UK
  13280, // Three Ireland
  44034, // Hi3G, Sweden and Denmark
  51207, // Free Mobile, France
  8374, // Polkomtel, Poland
  39603, // P4 (Play), Poland
  12958, // T2 Mobile, Russia
  206026, // Kar-Tel (Beeline), Kazakhstan
  29555, // Mobile Telecom-Service (Altel), Kazakhstan
  48503, // Mobile Telecom-Service (Tele2), Kazakhstan
  16135, // Turkcell, Türkiye
  20978, // TT Mobil, Türkiye
  29465, // MTN Nigeria
  36873, // Airtel Nigeria
  29975, // Vodacom, South Africa
  37168, // Cell C, South Africa
  55836, // Reliance Jio, India
  45609, // Bharti Airtel, mobile, India
  45271, // Vodafone Idea, India
  38266, // Vodafone Idea, India
  55410, // Vodafone Idea, India
  23693, // Telkomsel, Indonesia
  45727, // Hutchison, Indonesia
  24378, // Total Access Communication (dtac), Thailand
  132618, // True Move, Thailand
  45143, // Singtel Mobile, Singapore
  24158, // Taiwan Mobile
  9605, // NTT DOCOMO, Japan
  9644, // SK Telecom, Korea
]);
