import type { FastifyInstance } from 'fastify';
import type { RouteServices } from '../services.ts';
import { analyticsHealth } from './analytics-health.ts';
import { assessRisk } from './assess-risk.ts';
import { closeSession } from './close-session.ts';
import { createView } from './create-view.ts';
import { deleteView } from './delete-view.ts';
import { eraseUser } from './erase-user.ts';
import { exportDecisions } from './export-decisions.ts';
import { exportUser } from './export-user.ts';
import { forgetDevice } from './forget-device.ts';
import { giveFeedback } from './give-feedback.ts';
import { healthz } from './healthz.ts';
import { jwks } from './jwks.ts';
import { listAnnotations } from './list-annotations.ts';
import { listCampaigns } from './list-campaigns.ts';
import { listDecisions } from './list-decisions.ts';
import { listPanels } from './list-panels.ts';
import { listParkedRows } from './list-parked-rows.ts';
import { listViews } from './list-views.ts';
import { lookupEntity } from './lookup-entity.ts';
import { lookupUser } from './lookup-user.ts';
import { metrics } from './metrics.ts';
import { openSession } from './open-session.ts';
import { openapi } from './openapi.ts';
import { readDecision } from './read-decision.ts';
import { readSession } from './read-session.ts';
import { readyz } from './readyz.ts';
import { recordEvent } from './record-event.ts';
import { relatedDecisions } from './related-decisions.ts';
import { replaceView } from './replace-view.ts';
import { reportOutcome } from './report-outcome.ts';
import { resendParkedRows } from './resend-parked-rows.ts';
import { reviewQueue } from './review-queue.ts';
import { runPanel } from './run-panel.ts';
import { searchDecisions } from './search-decisions.ts';
import { streamDecisions } from './stream-decisions.ts';

/** The API, in the order of its document. */
const ROUTES: readonly ((app: FastifyInstance, services: RouteServices) => void)[] = [
  assessRisk,
  recordEvent,
  reportOutcome,
  giveFeedback,
  readDecision,
  searchDecisions,
  listDecisions,
  streamDecisions,
  exportDecisions,
  relatedDecisions,
  reviewQueue,
  lookupEntity,
  listPanels,
  runPanel,
  listAnnotations,
  analyticsHealth,
  listParkedRows,
  resendParkedRows,
  listCampaigns,
  lookupUser,
  exportUser,
  forgetDevice,
  eraseUser,
  listViews,
  createView,
  replaceView,
  deleteView,
  openSession,
  readSession,
  closeSession,
  healthz,
  readyz,
  metrics,
  jwks,
  openapi,
];

export function registerRoutes(app: FastifyInstance, services: RouteServices): void {
  for (const register of ROUTES) register(app, services);
}
