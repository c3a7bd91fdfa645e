import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { describeVariables } from '../../src/config.ts';
import { NODE_OPTIONS } from '../support/node-options.ts';

// No container engine where these tests run: the files are held to what can be read in them.
const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const known = new Set(
  [...describeVariables().matchAll(/^ {2}([A-Z][A-Z0-9_]+) /gm)].map((match) => match[1]),
);

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly security_opt?: readonly string[];
  readonly restart?: string;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
const compose = (file: string): Compose => parse(read(file), { merge: true }) as Compose;
const ours = (service: Service): boolean => service.image === 'gatehouse:local';

const pinned = (image: string): boolean =>
  image === 'gatehouse:local' || /:\d+\.\d+\.\d+[\w.-]*$/.test(image);

for (const file of ['docker-compose.yml', 'docker-compose.embedded.yml']) {
  const { services, volumes } = compose(file);

  test(`${file}: Gatehouse gets only variables that it reads`, () => {
    const wrong = Object.values(services)
      .filter(ours)
      .flatMap(({ environment = {} }) => Object.keys(environment).filter((name) => !known.has(name)));
    expect(wrong).toEqual([]);
  });

  test(`${file}: every service is pinned, watched, restarted, and may gain no rights; none but Gatehouse's own image runs as its default user`, () => {
    for (const [name, service] of Object.entries(services)) {
      expect([name, pinned(service.image)]).toEqual([name, true]);
      expect([name, service.healthcheck?.test.length ?? 0]).not.toEqual([name, 0]);
      expect([name, service.restart]).toEqual([name, 'unless-stopped']);
      expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']]);
      expect([name, ours(service) || (service.user ?? 'root') !== 'root']).toEqual([name, true]);
    }
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
  });

  test(`${file}: what it waits for, mounts and keeps exists; ports are open on this machine alone`, () => {
    for (const { depends_on = {}, volumes: mounts = [], ports = [] } of Object.values(services)) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(services).toHaveProperty(other);
        expect(condition).toBe('service_healthy');
      }
      for (const mount of mounts) {
        const [source = ''] = mount.split(':');
        if (source.startsWith('.')) expect([source, existsSync(join(root, source))]).toEqual([source, true]);
        else expect(Object.keys(volumes)).toContain(source);
      }
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  test(`${file}: no secret has a value`, () => {
    const text = read(file);
    for (const line of text.split('\n').filter((each) => /(PASSWORD|API_KEY)\S*:/.test(each))) {
      expect(line).toMatch(/\$\{\w+:\?/);
    }
  });
}

test('docker-compose.yml: two API nodes, two workers, Redis that keeps what it acknowledged, ClickHouse, Grafana', () => {
  const { services } = compose('docker-compose.yml');
  const roles = Object.values(services)
    .filter(ours)
    .map(({ environment }) => environment?.GATEHOUSE_ROLE);
  expect(roles.toSorted()).toEqual(['api', 'api', 'worker', 'worker']);
  const command = services.redis?.command?.join(' ');
  expect(command).toContain('--appendonly yes');
  expect(command).toContain('--maxmemory-policy noeviction');
  expect(Object.keys(services)).toEqual(expect.arrayContaining(['redis', 'clickhouse', 'grafana']));
});

test('Grafana gets the ClickHouse data source and the dashboards', () => {
  const { datasources } = parse(read('deploy/grafana/provisioning/datasources/clickhouse.yml')) as {
    datasources: { type: string; uid: string; jsonData: { host: string } }[];
  };
  expect(datasources).toMatchObject([
    { type: 'grafana-clickhouse-datasource', uid: 'gatehouse', jsonData: { host: 'clickhouse' } },
  ]);
  const { providers } = parse(read('deploy/grafana/provisioning/dashboards/gatehouse.yml')) as {
    providers: { options: { path: string } }[];
  };
  const { grafana } = compose('docker-compose.yml').services;
  const path = providers[0]?.options.path ?? 'none';
  expect(grafana?.volumes?.some((mount) => mount === `./dashboards/grafana:${path}:ro`)).toBe(true);
  const dashboards = readdirSync(join(root, 'dashboards/grafana')).filter((name) => name.endsWith('.json'));
  expect(dashboards.length).toBeGreaterThan(0);
  for (const name of dashboards) expect(() => JSON.parse(read(`dashboards/grafana/${name}`))).not.toThrow();
});

interface Container {
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly readinessProbe?: unknown;
  readonly livenessProbe?: unknown;
  readonly resources?: { readonly limits?: { readonly memory?: string } };
  readonly securityContext?: { readonly allowPrivilegeEscalation?: boolean };
}
interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly securityContext?: { readonly runAsNonRoot?: boolean };
        readonly containers: readonly Container[];
      };
    };
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
}
const manifests = readdirSync(join(root, 'deploy/kubernetes'))
  .filter((name) => name.endsWith('.yml'))
  .flatMap((name) =>
    parseAllDocuments(read(`deploy/kubernetes/${name}`)).map((each) => each.toJS() as Manifest),
  );
const workloads = manifests.filter(({ spec }) => spec?.template !== undefined);

test('Kubernetes: every workload is pinned, probed, bounded, not root, and selects its own pods', () => {
  expect(workloads.map(({ metadata }) => metadata.name).toSorted()).toEqual([
    'clickhouse',
    'gatehouse-api',
    'gatehouse-worker',
    'redis',
  ]);
  for (const { spec } of workloads) {
    expect(spec?.template?.spec.securityContext?.runAsNonRoot).toBe(true);
    expect(spec?.template?.metadata.labels).toMatchObject(spec?.selector?.matchLabels ?? { none: 'none' });
    for (const container of spec?.template?.spec.containers ?? []) {
      expect(pinned(container.image)).toBe(true);
      expect(container.readinessProbe).toBeDefined();
      expect(container.livenessProbe).toBeDefined();
      expect(container.resources?.limits?.memory).toBeDefined();
      expect(container.securityContext?.allowPrivilegeEscalation).toBe(false);
    }
  }
});

test('Kubernetes: Gatehouse gets only variables that it reads, and no secret has a value', () => {
  for (const { metadata, spec } of workloads) {
    for (const { env = [] } of spec?.template?.spec.containers ?? []) {
      for (const { name, value } of env) {
        if (metadata.name.startsWith('gatehouse')) expect([name, known.has(name)]).toEqual([name, true]);
        if (/PASSWORD|API_KEY/.test(name)) expect(value).toBeUndefined();
      }
    }
  }
});

test('benches and the chaos run have the young generation of the image', () => {
  expect(read('Dockerfile')).toContain(` NODE_OPTIONS=${NODE_OPTIONS}\n`);
});
