// Computes with the native engine, for tests that stop it at any moment: without end, or so many steps. Says when it begins.
//
//   node native-loop.mjs <binary> [threads] [steps]
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const [binary, threads = 2, steps = Infinity] = workerData ?? process.argv.slice(2);
const addon = createRequire(import.meta.url)(binary);
const engine = addon.createEngine(Number(threads), addon.instructionSets()[0]);
const [V, C, H, D, F, T] = [500, 128, 4, 32, 300, 700];
const sizes = Float64Array.of(V, C, 1, H, H, D, F, 1e-6, 0);
const transformer = addon.createTransformer(engine, sizes, new Float32Array(D / 2).fill(0.1));
const layerSize = 2 * C + 4 * C * C + 3 * F * C;
const parameters = await addon.upload(engine, new Float32Array(layerSize).fill(0.01));
const gradient = await addon.zeros(engine, layerSize, false);
const input = await addon.upload(engine, new Float32Array(T * C).fill(1));
const ids = new Int32Array(T);
const batch = addon.createBatch(ids, ids, Int32Array.of(0, T), Int32Array.of(0));
const noAdapter = [undefined, undefined, undefined];
if (parentPort) parentPort.postMessage('computing');
else process.stdout.write('computing\n');
for (let step = 0; step < Number(steps); step++) {
  const [output, kept] = await addon.layerForward(transformer, parameters, input, batch, true, ...noAdapter.slice(1));
  const change = await addon.layerBackward(transformer, parameters, input, kept, batch, output, gradient, ...noAdapter);
  for (const handle of [output, kept, change]) addon.release(handle);
}
