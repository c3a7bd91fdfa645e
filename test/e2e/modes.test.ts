import { runGatehouse } from '../support/running-gatehouse.ts';
import { modesSuite } from './suites/modes.ts';

modesSuite(runGatehouse);
