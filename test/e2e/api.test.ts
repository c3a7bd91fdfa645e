import { runGatehouse } from '../support/running-gatehouse.ts';
import { apiSuite } from './suites/api.ts';

apiSuite(runGatehouse);
