import { expect, it } from 'vitest';
import { isHostingName } from '../../../src/adapters/ip-intelligence/hosting-names.ts';

it.each([
  'Rackspace Hosting',
  'Scala Data Centers',
  'Micron21 Datacentre Pty Ltd',
  'FDCservers.net',
  'Servers.com, Inc.',
  'Yandex.Cloud LLC',
  'UK Dedicated Servers Limited',
  'Colocation America Corporation',
  'EGIHosting',
  'Alibaba Cloud (Singapore) Private Limited',
  'BBDO-COLO - BBDO NY',
])('calls %s hosting', (name) => {
  expect(isHostingName(name)).toBe(true);
});

it.each([
  'Comcast Cable Communications, LLC',
  'Charter Communications Inc',
  'AT&T Services, Inc.',
  'Verizon Business',
  'Deutsche Telekom AG',
  'Deutsche Telekom Cloud Services s.r.o.',
  'Vodafone GmbH',
  'Telefonica de Espana S.a.u.',
  'Orange S.A.',
  'Free SAS',
  'Bouygues Telecom SA',
  'British Telecommunications PLC',
  'Virgin Media Limited',
  'Sky UK Limited',
  'Telecom Italia S.p.A.',
  'KPN B.V.',
  'Liberty Global B.V.',
  'Telia Company AB',
  'Swisscom (Schweiz) AG',
  'Reliance Jio Infocomm Limited',
  'Bharti Airtel Ltd.',
  'China Mobile',
  'NTT Communications Corporation',
  'KDDI CORPORATION',
  'Softbank Corp.',
  'Korea Telecom',
  'Claro NXT Telecomunicacoes Ltda',
  'TELEFÔNICA BRASIL S.A',
  'Uninet S.A. de C.V.',
  'Turk Telekom',
  'Rostelecom',
  'AFRIHOST SP (PTY) LTD',
  'FIBERHOST S.A.',
  'The Cloud Networks Limited',
  'Cloudflare, Inc.',
  'University of Technology Data Center',
  'Fastweb SpA',
  'Google LLC',
])('does not call %s hosting, where people live', (name) => {
  expect(isHostingName(name)).toBe(false);
});
