// Plans a training on spot machines: what it costs, how often to save, and the document that SkyPilot runs it from.
//
//   node --import tsx examples/06-spot-plan.ts
import {
  bestCheckpointInterval,
  type CostEstimateConfig,
  costAssumptions,
  estimateCost,
  type SpotSimulationConfig,
  simulateSpot,
  spotTrainingTask,
  toSkyPilotYaml,
} from 'vicuna-sdk';

const price = {
  onDemand: costAssumptions.onDemandDollarsPerNodeHour.value,
  spot: costAssumptions.spotDollarsPerNodeHour.value,
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const row of [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows])
    console.log(`| ${row.join(' | ')} |`);
  console.log();
}

// Beside the figures of the Vicuna blog: 70,000 conversations, three epochs, on eight A100 80GB.
const recipe = { sequences: 70_000, tokensPerSequence: 2048, epochs: 3 };
const models = [
  { name: '7B', model: { parameters: 6.74e9, layers: 32, hiddenSize: 4096 }, onDemand: 500, spot: 140 },
  { name: '13B', model: { parameters: 13.02e9, layers: 40, hiddenSize: 5120 }, onDemand: 1000, spot: 300 },
];
const dollars = (value: number) => `$${value.toFixed(0)}`;
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;

table(
  ['Model', 'Hours', 'On demand', 'Blog', 'Spot', 'Blog', 'Utilisation the blog implies', 'Spot at that utilisation'],
  models.map(({ name, model, ...blog }) => {
    const config: CostEstimateConfig = { ...recipe, model };
    const { onDemand, spot, assumptions } = estimateCost(config);
    // What the on-demand figure says about the speed, if the price was the one assumed here.
    const flopUtilisation = assumptions.flopUtilisation.value * (onDemand.dollars / blog.onDemand);
    const implied = estimateCost({ ...config, assumptions: { flopUtilisation } });
    return [
      name,
      onDemand.hours.toFixed(1),
      dollars(onDemand.dollars),
      dollars(blog.onDemand),
      dollars(spot.dollars),
      dollars(blog.spot),
      percent(flopUtilisation),
      dollars(implied.spot.dollars),
    ];
  }),
);

// A day of computing on ever more machines. One loss stops all of them, and the bucket is written by all of them.
for (const hoursBetweenPreemptions of [10, 100]) {
  console.log(`One preemption in ${hoursBetweenPreemptions} hours a machine:\n`);
  const rows = [1, 4, 16, 64, 128, 256, 512].map((nodes) => {
    const zone = {
      preemptionsPerNodeHour: 1 / hoursBetweenPreemptions,
      outagesPerHour: 1 / 48,
      outageHours: 2,
      dollarsPerNodeHour: price.spot,
    };
    const config: SpotSimulationConfig = {
      workSeconds: 24 * 3600,
      nodes,
      zones: ['a', 'b', 'c'].map((name) => ({ name, ...zone })),
      checkpointSeconds: Math.max(5, 156 / nodes),
      maximumSeconds: 10 * 24 * 3600,
      trials: 100,
    };
    const size = [String(8 * nodes), String(nodes)];
    if (simulateSpot({ ...config, trials: 10 }).unfinished > 0) return [...size, 'more than 240', '', '', '', ''];
    const { seconds, dalySeconds, simulation } = bestCheckpointInterval(config);
    const { hours, losses, dollars: paid } = simulation;
    return [
      ...size,
      `${hours.p50.toFixed(1)} (${hours.p5.toFixed(1)} to ${hours.p95.toFixed(1)})`,
      losses.p50.toFixed(0),
      `${seconds.toFixed(0)} s`,
      `${dalySeconds.toFixed(0)} s`,
      percent(paid.mean / (24 * nodes * price.onDemand)),
    ];
  });
  table(['GPUs', 'Machines', 'Hours for 24', 'Losses', 'Save every', 'Daly', 'Of the on-demand price'], rows);
}

const task = spotTrainingTask({
  name: 'vicuna-7b',
  workdir: '.',
  setup: 'npm ci',
  command: ['node', 'train.mjs'],
  accelerators: 'A100-80GB:8',
  placements: [{ infra: 'gcp/us-central1' }, { infra: 'gcp/us-east4' }],
  checkpoints: { bucket: 'my-vicuna-checkpoints', store: 'gcs' },
});
console.log(await toSkyPilotYaml(task));
