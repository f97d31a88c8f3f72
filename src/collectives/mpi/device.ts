import { VicunaError } from '../../core/index.js';

const VARIABLE = 'CUDA_VISIBLE_DEVICES';

/**
 * Leaves a process one GPU, that of its local rank, by setting CUDA_VISIBLE_DEVICES: of the devices listed there, or of
 * all. To be called before a tensor library is loaded. A list of one device, or of none, stays as it is.
 *
 * @param environment - @defaultValue `process.env`
 * @throws VicunaError `collectives-unavailable` when the machine has fewer listed devices than processes.
 * @public
 */
export function selectDevice(localRank: number, environment: NodeJS.ProcessEnv = process.env): void {
  const listed = environment[VARIABLE];
  if (listed === undefined) {
    environment[VARIABLE] = String(localRank);
    return;
  }
  const devices = listed.split(',').filter((device) => device.trim() !== '');
  if (devices.length <= 1) return;
  const device = devices[localRank];
  if (device === undefined)
    throw new VicunaError(
      'collectives-unavailable',
      `${VARIABLE}=${listed} has no device for local rank ${localRank}. Start at most ${devices.length} processes on this machine, or list more devices.`,
    );
  environment[VARIABLE] = device.trim();
}
