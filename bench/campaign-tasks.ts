import { Worker } from 'node:worker_threads';
import { type CellWorld, type Detection, detection, falseAlarms } from './campaign-simulation.ts';

/** A share of the campaign figures that needs nothing of the others. */
export type CampaignTask =
  | {
      readonly kind: 'quiet';
      readonly world: CellWorld;
      readonly days: number;
      /** Seeds of the cells, the last one excluded. */
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'attack';
      readonly world: CellWorld;
      readonly from: number;
      readonly to: number;
      readonly rate: number;
      readonly attack: number;
      readonly days: number;
      readonly horizon_min: number;
    };

export interface CampaignTaskResult {
  readonly alarms: number;
  readonly events: number;
  readonly detections: readonly Detection[];
}

export function runTask(task: CampaignTask): CampaignTaskResult {
  let alarms = 0;
  let events = 0;
  const detections: Detection[] = [];
  for (let seed = task.from; seed < task.to; seed++) {
    if (task.kind === 'attack') {
      detections.push(detection(seed, task.world, task));
      continue;
    }
    const seen = falseAlarms(seed, task.world, task.days);
    alarms += seen.alarms;
    events += seen.events;
  }
  return { alarms, events, detections };
}

/** All tasks in so many threads; the results, in the order of the tasks, do not depend on how many. */
export async function runTasks(
  tasks: readonly CampaignTask[],
  threads: number,
): Promise<readonly CampaignTaskResult[]> {
  const file = `./campaign-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`;
  const results = new Array<CampaignTaskResult>(tasks.length);
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(file, import.meta.url));
      let doing = -1;
      const go = (): void => {
        doing = next++;
        const task = tasks[doing];
        if (task !== undefined) {
          worker.postMessage(task);
          return;
        }
        worker.removeAllListeners('exit');
        worker.terminate().then(() => resolve(), reject);
      };
      worker.on('message', (result: CampaignTaskResult) => {
        results[doing] = result;
        go();
      });
      worker.once('error', reject);
      worker.once('exit', (code) =>
        reject(new Error(`A thread of the campaign figures ended with code ${code}.`)),
      );
      go();
    });
  await Promise.all(Array.from({ length: threads }, work));
  return results;
}
