import { runGatehouse } from '../support/running-gatehouse.ts';
import { restartSuite } from './suites/restart.ts';

restartSuite(runGatehouse);
