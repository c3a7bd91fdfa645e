import type { FastifyInstance } from 'fastify';
import { renderEntity } from '../../app/render-entity.ts';
import { EntityAnswer } from '../../contracts/http/entity-answer.ts';
import { EntityRequest } from '../../contracts/http/entity-request.ts';
import type { FieldError } from '../../contracts/http/problem-answer.ts';
import { validateEntityBody } from '../../contracts/http/validate-body.ts';
import type { EntitySubject } from '../../ports/analytics.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';
import { windowOf } from '../window.ts';

const DEFAULT_DAYS = 30;

/** `POST /v1/entities/lookup`: who uses an address, network, AS or device, and how it goes. */
export function lookupEntity(
  app: FastifyInstance,
  services: Pick<RouteServices, 'analytics' | 'hasher' | 'parseAddress' | 'clock' | 'guard'>,
): void {
  const { analytics, clock, guard } = services;
  app.post('/v1/entities/lookup', {
    schema: describeOperation({
      id: 'lookupEntity',
      tag: 'analysts',
      summary: 'Look at an address, network, AS or device',
      description: 'Exactly one of them. What was never seen answers with zeros.',
      access: { scope: 'decisions:read', browser: true },
      body: EntityRequest,
      answers: { 200: { description: 'What was seen of it.', schema: EntityAnswer } },
      problems: ['invalid_parameter', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      const { tenant } = callerOf(request);
      parseQuery(request, []);
      const body = readBody(request, reply, validateEntityBody);
      if (body === undefined) return reply;
      const errors: FieldError[] = [];
      const subject = subjectOf(body.value, { ...services, tenant, errors });
      const window = windowOf(body.value, { days: DEFAULT_DAYS, now_ms: clock() }, errors);
      if (subject === null || errors.length > 0) return sendInvalidBody(reply, errors);
      const found = await analytics.entity(tenant, subject, window);
      reply.header('cache-control', 'no-store');
      return renderEntity(subject, window, found);
    },
  });
}

function subjectOf(
  body: EntityRequest,
  context: Pick<RouteServices, 'hasher' | 'parseAddress'> & {
    readonly tenant: string;
    readonly errors: FieldError[];
  },
): EntitySubject | null {
  const { hasher, parseAddress, tenant, errors } = context;
  const subjects: EntitySubject[] = [];
  if (typeof body.address === 'string') {
    const address = parseAddress(body.address);
    if (address === null) errors.push({ pointer: '/address', detail: 'must be an IPv4 or IPv6 address' });
    subjects.push({ kind: 'address', value: address?.ip ?? body.address });
  }
  if (typeof body.network === 'string') subjects.push({ kind: 'network', value: body.network });
  if (typeof body.asn === 'number') subjects.push({ kind: 'as', value: body.asn });
  if (typeof body.device_key === 'string') subjects.push({ kind: 'device', value: body.device_key });
  if (typeof body.device_id === 'string') {
    subjects.push({ kind: 'device', value: hasher.hash('device', tenant, body.device_id) });
  }
  const [subject, another] = subjects;
  if (subject !== undefined && another === undefined) return subject;
  errors.push({
    pointer: '',
    detail: 'must name exactly one of address, network, asn, device_key, device_id',
  });
  return null;
}
