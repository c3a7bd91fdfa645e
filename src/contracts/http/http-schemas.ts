import type { TSchema } from 'typebox';
import { AnalyticsHealthAnswer, AnnotationsAnswer } from './analytics-answers.ts';
import { CampaignListAnswer } from './campaign-answers.ts';
import { DecisionAnswer } from './decision-answer.ts';
import { DecisionRowAnswer, DecisionRowListAnswer, RelatedAnswer } from './decision-row-answer.ts';
import { DecisionTokenClaims, JwksAnswer } from './decision-token.ts';
import { DecisionListAnswer, DecisionViewAnswer } from './decision-view-answer.ts';
import { EntityAnswer } from './entity-answer.ts';
import { EntityRequest } from './entity-request.ts';
import { EventsAnswer } from './events-answer.ts';
import { EventsRequest } from './events-request.ts';
import { ExportRequest } from './export-request.ts';
import { FeedbackRequest } from './feedback-request.ts';
import { HealthAnswer, ReadinessAnswer } from './health-answers.ts';
import { OutcomeAnswer } from './outcome-answer.ts';
import { OutcomeRequest } from './outcome-request.ts';
import { PanelAnswer, PanelListAnswer } from './panel-answers.ts';
import { ParkedRowsAnswer, ResendAnswer, ResendRequest } from './parked-rows.ts';
import { ProblemAnswer } from './problem-answer.ts';
import { ReviewAnswer, ReviewRequest } from './review-queue.ts';
import { RiskRequest } from './risk-request.ts';
import { SavedViewAnswer, SavedViewListAnswer, SavedViewRequest } from './saved-view.ts';
import { ListRequest, SearchRequest } from './search-request.ts';
import { ErasureAnswer, ForgottenDeviceAnswer, UserAnswer, UserExportAnswer } from './user-answers.ts';
import { ForgetDeviceRequest, UserRequest } from './user-request.ts';

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
  ListRequest,
  ExportRequest,
  EntityRequest,
  ReviewRequest,
  SavedViewRequest,
  UserRequest,
  ForgetDeviceRequest,
  ResendRequest,
  DecisionAnswer,
  EventsAnswer,
  OutcomeAnswer,
  DecisionViewAnswer,
  DecisionListAnswer,
  DecisionRowAnswer,
  DecisionRowListAnswer,
  RelatedAnswer,
  EntityAnswer,
  ReviewAnswer,
  SavedViewAnswer,
  SavedViewListAnswer,
  AnnotationsAnswer,
  AnalyticsHealthAnswer,
  ParkedRowsAnswer,
  ResendAnswer,
  UserAnswer,
  UserExportAnswer,
  ErasureAnswer,
  ForgottenDeviceAnswer,
  PanelListAnswer,
  PanelAnswer,
  CampaignListAnswer,
  ProblemAnswer,
  HealthAnswer,
  ReadinessAnswer,
  DecisionTokenClaims,
  JwksAnswer,
];
