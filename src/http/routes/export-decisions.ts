import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { exportDecisions as exportRows } from '../../app/export-decisions.ts';
import { DECISION_ROW_COLUMNS } from '../../contracts/http/decision-row-answer.ts';
import { DEFAULT_EXPORT_ROWS, ExportRequest } from '../../contracts/http/export-request.ts';
import type { FieldError } from '../../contracts/http/problem-answer.ts';
import { validateExportBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { filterOf } from '../decision-filter.ts';
import { sendProblem } from '../errors.ts';
import { createOpenCalls } from '../open-calls.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
} as const;

/** Each keeps a connection to analytics busy as long as it goes on. */
const MAX_EXPORTS = { caller: 2, tenant: 8, all: 16 } as const;
/** A hundred thousand rows take about so long. */
const RETRY_S = 10;

/** `POST /v1/decisions/export`: rows as a file, streamed. When it fails on the way, the connection is cut. */
export function exportDecisions(
  app: FastifyInstance,
  services: Pick<RouteServices, 'analytics' | 'hasher' | 'parseAddress' | 'clock' | 'guard' | 'log'>,
): void {
  const { analytics, hasher, parseAddress, clock, guard, log } = services;
  const places = createOpenCalls(MAX_EXPORTS);
  app.post('/v1/decisions/export', {
    schema: describeOperation({
      id: 'exportDecisions',
      tag: 'analysts',
      summary: 'Export decisions as CSV or NDJSON',
      description:
        'Newest first, with the filters of the search. What would be a formula in a spreadsheet begins with an apostrophe, and invisible characters are written as `\\u…`. A connection that is cut means that the export failed. A key or session may have two exports under way, a tenant eight on each node; more are refused with 429.',
      access: { scope: 'decisions:read', browser: true },
      body: ExportRequest,
      answers: {
        200: {
          description: 'The file; NDJSON (`application/x-ndjson`) when asked for.',
          mediaType: 'text/csv; charset=utf-8; header=present',
          headers: { 'content-disposition': 'A name for the file.' },
        },
      },
      problems: ['invalid_parameter', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { tenant } = caller;
      parseQuery(request, []);
      const body = readBody(request, reply, validateExportBody);
      if (body === undefined) return reply;
      const { format, columns, filter: asked, max_rows } = body.value;
      const errors: FieldError[] = [];
      const filter = filterOf(asked ?? {}, { tenant, hasher, parseAddress, errors, pointer: '/filter' });
      if (errors.length > 0) return sendInvalidBody(reply, errors);
      const chosen = columns === null || columns === undefined || columns.length === 0 ? null : columns;
      const pieces = exportRows(
        { analytics, clock },
        {
          tenant,
          filter,
          format,
          columns: chosen ?? DECISION_ROW_COLUMNS,
          maxRows: max_rows ?? DEFAULT_EXPORT_ROWS,
        },
      );
      const leave = places.enter(caller);
      if (leave === null) {
        return sendProblem(
          reply.header('retry-after', String(RETRY_S)),
          'rate_limited',
          'As many exports as may be are under way; wait until one has ended.',
        );
      }
      let file: Readable;
      try {
        file = Readable.from(startingWith(await pieces.next(), pieces));
      } catch (error) {
        leave();
        throw error;
      }
      // However it ends: at the last row, with a failure, or because the caller went away.
      file.once('close', leave);
      log.info(
        { audit: 'decisions_exported', request_id: request.id, key_id: caller.id, tenant, format },
        'decisions exported',
      );
      const day = new Date(clock()).toISOString().slice(0, 10);
      reply.header('content-type', MEDIA_TYPES[format]);
      reply.header('content-disposition', `attachment; filename="decisions-${day}.${format}"`);
      reply.header('cache-control', 'no-store');
      return reply.send(file);
    },
  });
}

async function* startingWith(
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
