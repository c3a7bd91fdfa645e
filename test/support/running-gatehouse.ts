import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ApiClient, createApiClient } from './api-client.ts';
import { builtProgram } from './built-product.ts';
import { type GatehouseProcess, startGatehouseProcess } from './gatehouse-process.ts';

export interface RunningGatehouse {
  readonly api: ApiClient;
  readonly dataDir: string;
  readonly process: GatehouseProcess;
  /** SIGTERM, then a new process on the same data directory. */
  restart(whileStopped?: (exitCode: number | null) => Promise<void>): Promise<RunningGatehouse>;
  /** A key made by the command line beside the server. It is known to it within 2 s. */
  createKey(tenant: string, scopes: string): Promise<string>;
  /** Ends the life of every key of a tenant, by the command line too. */
  revokeKeys(tenant: string): Promise<void>;
  /** Stops the process and removes its data directory. */
  dispose(): Promise<void>;
}

/** The whole product in a process of its own on a temporary directory. */
export async function runGatehouse(env: Readonly<Record<string, string>> = {}): Promise<RunningGatehouse> {
  const program = await builtProgram();
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
  const keys = async (...args: readonly string[]): Promise<string> => {
    const command = [...program, 'keys', ...args, '--data-dir', dataDir];
    const { stdout } = await promisify(execFile)(process.execPath, command);
    return stdout.trim();
  };
  const start = async (): Promise<RunningGatehouse> => {
    const process_ = await startGatehouseProcess({ program, dataDir, env }).ready;
    return {
      api: createApiClient(process_.url),
      dataDir,
      process: process_,
      async restart(whileStopped) {
        const exitCode = await process_.stop();
        await whileStopped?.(exitCode);
        return start();
      },
      createKey: (tenant, scopes) => keys('create', '--tenant', tenant, '--scopes', scopes),
      async revokeKeys(tenant) {
        const lines = (await keys('list', '--json', '--tenant', tenant)).split('\n');
        for (const line of lines) await keys('revoke', (JSON.parse(line) as { id: string }).id);
      },
      async dispose() {
        await process_.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  };
  return start();
}
