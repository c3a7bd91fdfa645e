import { parentPort } from 'node:worker_threads';
import { type CampaignTask, runTask } from './campaign-tasks.ts';

/** Does one share of the campaign figures after the other, until it is ended. */
parentPort?.on('message', (task: CampaignTask) => {
  parentPort?.postMessage(runTask(task));
});
