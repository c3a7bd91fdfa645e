import type { Signal } from '../signal.ts';
import { accountCredentialCompromised } from './account-credential-compromised.ts';
import { accountDormant } from './account-dormant.ts';
import { accountFirstLogin } from './account-first-login.ts';
import { accountFresh } from './account-fresh.ts';
import { accountRightCredential } from './account-right-credential.ts';
import { behaviourImpossibleRtt } from './behaviour-impossible-rtt.ts';
import { behaviourUnusualHour } from './behaviour-unusual-hour.ts';
import { behaviourUnusualRtt } from './behaviour-unusual-rtt.ts';
import { deviceAttackedClient } from './device-attacked-client.ts';
import { deviceAutomation } from './device-automation.ts';
import { deviceChangedBrowser } from './device-changed-browser.ts';
import { deviceChangedOs } from './device-changed-os.ts';
import { deviceForeignTls } from './device-foreign-tls.ts';
import { deviceHeaderContradiction } from './device-header-contradiction.ts';
import { deviceKnown } from './device-known.ts';
import { deviceManyUsers } from './device-many-users.ts';
import { deviceNewClient } from './device-new-client.ts';
import { deviceOldClient } from './device-old-client.ts';
import { deviceRareClient } from './device-rare-client.ts';
import { deviceUnbound } from './device-unbound.ts';
import { deviceUnknown } from './device-unknown.ts';
import { locationImpossibleTravel } from './location-impossible-travel.ts';
import { locationNewCountry } from './location-new-country.ts';
import { locationNewPlace } from './location-new-place.ts';
import { networkAttackedOperator } from './network-attacked-operator.ts';
import { networkBlocklisted } from './network-blocklisted.ts';
import { networkHosting } from './network-hosting.ts';
import { networkKnownAddress } from './network-known-address.ts';
import { networkNewAs } from './network-new-as.ts';
import { networkNewNetwork } from './network-new-network.ts';
import { networkRareOperator } from './network-rare-operator.ts';
import { networkRelay } from './network-relay.ts';
import { networkResidentialProxy } from './network-residential-proxy.ts';
import { networkTor } from './network-tor.ts';
import { networkVpn } from './network-vpn.ts';
import { velocityAddressFailures } from './velocity-address-failures.ts';
import { velocityAddressUsers } from './velocity-address-users.ts';
import { velocityCampaign } from './velocity-campaign.ts';
import { velocityDeviceFailures } from './velocity-device-failures.ts';
import { velocityDeviceUsers } from './velocity-device-users.ts';
import { velocityNetworkFailures } from './velocity-network-failures.ts';
import { velocityNetworkUsers } from './velocity-network-users.ts';
import { velocityRegularCadence } from './velocity-regular-cadence.ts';
import { velocityUserFailures } from './velocity-user-failures.ts';
import { velocityUserNetworks } from './velocity-user-networks.ts';
/**
 * Every signal, in the order in which decisions list them. Append within a category; an id, once released, stays:
 * stored decisions, dashboards and callers' code refer to it.
 */
export const SIGNALS: readonly Signal[] = Object.freeze([
  deviceUnknown,
  deviceKnown,
  deviceUnbound,
  deviceChangedOs,
  deviceChangedBrowser,
  deviceOldClient,
  deviceRareClient,
  deviceAutomation,
  deviceManyUsers,
  deviceHeaderContradiction,
  deviceNewClient,
  deviceForeignTls,
  deviceAttackedClient,
  locationNewCountry,
  locationNewPlace,
  locationImpossibleTravel,
  networkNewAs,
  networkHosting,
  networkVpn,
  networkTor,
  networkRelay,
  networkResidentialProxy,
  networkBlocklisted,
  networkKnownAddress,
  networkNewNetwork,
  networkRareOperator,
  networkAttackedOperator,
  velocityUserFailures,
  velocityAddressFailures,
  velocityAddressUsers,
  velocityNetworkFailures,
  velocityNetworkUsers,
  velocityDeviceFailures,
  velocityDeviceUsers,
  velocityUserNetworks,
  velocityRegularCadence,
  velocityCampaign,
  behaviourUnusualHour,
  behaviourImpossibleRtt,
  behaviourUnusualRtt,
  accountFirstLogin,
  accountDormant,
  accountFresh,
  accountCredentialCompromised,
  accountRightCredential,
]);
