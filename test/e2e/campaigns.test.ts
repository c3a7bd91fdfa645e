import { runGatehouse } from '../support/running-gatehouse.ts';
import { campaignsSuite } from './suites/campaigns.ts';

campaignsSuite(runGatehouse);
