import { describe } from 'vitest';
import { type RunGatehouse, runScaledOut } from '../support/running-gatehouse.ts';
import { apiSuite } from './suites/api.ts';
import { campaignsSuite } from './suites/campaigns.ts';
import { modesSuite } from './suites/modes.ts';
import { restartSuite } from './suites/restart.ts';

/** Nodes see each other's failures after up to 3 s: in a burst, each would raise a campaign (docs/CAMPAIGNS.md). */
const runSticky: RunGatehouse = (env) => runScaledOut({ sticky: true }, env);
const run: RunGatehouse = (env) => runScaledOut({}, env);

describe('api: two API nodes and two workers on one Redis', () => apiSuite(run));
describe('campaigns: two API nodes and two workers on one Redis', () => campaignsSuite(runSticky));
describe('modes: two API nodes and two workers on one Redis', () => modesSuite(run));
describe('restart: two API nodes and two workers on one Redis', () => restartSuite(run));
