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
  /** Stops the process and removes its data directory. */
  dispose(): Promise<void>;
}

/** The whole product in a process of its own on a temporary directory. */
export async function runGatehouse(env: Readonly<Record<string, string>> = {}): Promise<RunningGatehouse> {
  const program = await builtProgram();
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
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
      async createKey(tenant, scopes) {
        const args = [
          ...program,
          'keys',
          'create',
          '--data-dir',
          dataDir,
          '--tenant',
          tenant,
          '--scopes',
          scopes,
        ];
        const { stdout } = await promisify(execFile)(process.execPath, args);
        return stdout.trim();
      },
      async dispose() {
        await process_.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  };
  return start();
}
