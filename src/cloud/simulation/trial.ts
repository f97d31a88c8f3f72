import type { SimulationSettings } from './config.js';
import { ZoneTimeline } from './zone-timeline.js';

/** How one training went. */
export interface Trial {
  /** From launch to the last checkpoint; Infinity if it never got there. */
  readonly seconds: number;
  readonly dollars: number;
  readonly losses: number;
  /** Losses whose warning was long enough to save. */
  readonly saves: number;
  /** Work that was done and had to be done again. */
  readonly repeatedSeconds: number;
}

/** Plays one training through: get machines, restart, train and save until a loss, and again. */
export function playTrial(settings: SimulationSettings, interval: number, trial: number): Trial {
  const { zones, nodes, checkpointSeconds, restartSeconds, warningSeconds, emergencyCheckpointSeconds } = settings;
  const timelines = zones.map((zone) => new ZoneTimeline(settings, zone, trial));
  let [time, dollars, losses, saves, repeatedSeconds] = [0, 0, 0, 0, 0];
  let [saved, zone] = [0, 0];

  for (;;) {
    while (timelines[zone]!.isOut(time)) {
      time += settings.refusalSeconds;
      zone = (zone + 1) % zones.length;
      if (time > settings.maximumSeconds) return unfinished();
    }
    time += settings.provisionSeconds;
    // The zone may have run out meanwhile: then there is nothing to pay and the next attempt finds out.
    if (timelines[zone]!.isOut(time)) continue;

    const start = time;
    const loss = timelines[zone]!.nextLoss(start);
    const pay = (until: number) => (dollars += ((until - start) / 3600) * nodes * zones[zone]!.dollarsPerNodeHour);
    const ready = start + restartSeconds;
    const remaining = settings.workSeconds - saved;
    const checkpoints = Math.ceil(remaining / interval - 1e-9);
    const finish = ready + remaining + checkpoints * checkpointSeconds;
    if (finish <= loss) {
      pay(finish);
      if (finish > settings.maximumSeconds) return unfinished();
      return { seconds: finish, dollars, losses, saves, repeatedSeconds };
    }

    pay(loss);
    losses += 1;
    const done = workDone(Math.max(0, loss - ready), remaining, interval, checkpointSeconds);
    // A warning in time stops the work early enough to save all of it. During the restart there is nothing new to save.
    const announced = Math.max(0, loss - warningSeconds - ready);
    const warned = warningSeconds > 0 && warningSeconds >= emergencyCheckpointSeconds && announced > 0;
    const reached = warned ? workDone(announced, remaining, interval, checkpointSeconds).trained : done.saved;
    if (warned) saves += 1;
    repeatedSeconds += Math.max(0, done.trained - reached);
    saved += Math.max(reached, done.saved);
    time = loss;
    if (time > settings.maximumSeconds) return unfinished();
    if (settings.failover === 'next-zone') zone = (zone + 1) % zones.length;
  }

  function unfinished(): Trial {
    return { seconds: Number.POSITIVE_INFINITY, dollars, losses, saves, repeatedSeconds };
  }
}

/** Work of an undisturbed stretch that trains for an interval, saves, and so on until nothing remains. */
function workDone(seconds: number, remaining: number, interval: number, checkpointSeconds: number) {
  const round = interval + checkpointSeconds;
  const saved = Math.floor(seconds / round) * interval;
  const trained = Math.min(remaining, saved + Math.min(seconds % round, interval));
  return { trained, saved: Math.min(saved, trained) };
}
