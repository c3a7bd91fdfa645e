import type { TSchema } from 'typebox';
import { DecisionAnswer } from './decision-answer.ts';
import { DecisionTokenClaims, JwksAnswer } from './decision-token.ts';
import { DecisionListAnswer, DecisionViewAnswer } from './decision-view-answer.ts';
import { EventsAnswer } from './events-answer.ts';
import { EventsRequest } from './events-request.ts';
import { FeedbackRequest } from './feedback-request.ts';
import { HealthAnswer, ReadinessAnswer } from './health-answers.ts';
import { OutcomeAnswer } from './outcome-answer.ts';
import { OutcomeRequest } from './outcome-request.ts';
import { PanelAnswer, PanelListAnswer } from './panel-answers.ts';
import { ProblemAnswer } from './problem-answer.ts';
import { RiskRequest } from './risk-request.ts';
import { SearchRequest } from './search-request.ts';
import { ErasureAnswer, UserAnswer, UserExportAnswer } from './user-answers.ts';
import { UserRequest } from './user-request.ts';

/**
 * Every named schema of the wire. Each has an `$id`; a server registers all of them, so that they become
 * `components` of the OpenAPI document and `{ $ref: '<$id>#' }` finds them.
 */
export const HTTP_SCHEMAS: readonly TSchema[] = [
  RiskRequest,
  EventsRequest,
  OutcomeRequest,
  FeedbackRequest,
  SearchRequest,
  UserRequest,
  DecisionAnswer,
  EventsAnswer,
  OutcomeAnswer,
  DecisionViewAnswer,
  DecisionListAnswer,
  UserAnswer,
  UserExportAnswer,
  ErasureAnswer,
  PanelListAnswer,
  PanelAnswer,
  ProblemAnswer,
  HealthAnswer,
  ReadinessAnswer,
  DecisionTokenClaims,
  JwksAnswer,
];
