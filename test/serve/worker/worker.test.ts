import { describe, expect, it } from 'vitest';
import { startRun } from '../../../src/core/index.js';
import { createWorker, drainOnTermination, type ServedModel, webSocketWorkerBus } from '../../../src/serve/index.js';
import { busKinds, token } from '../support/buses.js';
import { ask, countingModel, replyTo } from '../support/counting-model.js';
import { startService } from '../support/service.js';
import { until } from '../support/until.js';

const webSockets = busKinds[0]!;

describe('A worker', () => {
  it('has a capacity for each model', async () => {
    await using service = await startService(webSockets);
    const models = ['a', 'b'].map((id) => countingModel({ id, prefill: 600_000 }));
    await service.addWorker(models, { capacity: { a: 2 } });
    const abort = new AbortController();
    const asked = ['a', 'a', 'a', 'b'].map((id, index) =>
      service.gateway
        .model(id)!
        .chat(ask(`r${index}`, 1), { signal: abort.signal })
        .result.catch(() => undefined),
    );
    await until(() => models[0]!.running === 2 && models[1]!.running === 1);
    expect(service.gateway.status().models.map(({ id, capacity, queued }) => ({ id, capacity, queued }))).toEqual([
      { id: 'a', capacity: 2, queued: 1 },
      { id: 'b', capacity: 8, queued: 0 },
    ]);
    abort.abort();
    await Promise.all(asked);
  });

  it('says how fast its models are', async () => {
    await using service = await startService(webSockets);
    await service.addWorker([countingModel({ interval: 2 })]);
    const speed = () => service.gateway.status().workers[0]!.models[0]!.tokensPerSecond;
    expect(speed()).toBe(0);
    await service.gateway.model('counting')!.chat(ask('r', 50)).result;
    await until(() => speed() > 0);
    expect(speed()).toBeLessThan(500);
  });

  it('abandons what runs when it does not end in time to drain', async () => {
    await using service = await startService(webSockets);
    const model = countingModel({ interval: 5 });
    const worker = await service.addWorker([model], { drainTimeout: 50 });
    const asked = service.gateway.model('counting')!.chat(ask('endless', 1e6));
    const reading = (async () => {
      for await (const _ of asked) void worker.drain();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'worker-lost', worker: worker.id });
    await worker.closed;
    expect(model.running).toBe(0);
  });

  it('holds a model that makes no sense responsible for its own reply only', async () => {
    await using service = await startService(webSockets);
    const broken = (delta: object, usage: object): ServedModel => ({
      id: 'broken',
      features: [],
      chat: () =>
        startRun(async function* () {
          yield { type: 'text-delta', text: 'well' };
          yield delta as never;
          return { text: '', finishReason: 'stop', usage: usage as never };
        }),
    });
    const good = countingModel({ interval: 1 });
    for (const [delta, usage] of [
      [{ type: 'text-delta' }, { promptTokens: 1, completionTokens: 1 }],
      [
        { type: 'text-delta', text: '' },
        { promptTokens: Number.NaN, completionTokens: 1 },
      ],
    ] as const) {
      const worker = await service.addWorker([broken(delta, usage), good]);
      const other = service.gateway.model('counting')!.chat(ask('other', 50)).result;
      await expect(service.gateway.model('broken')!.chat([]).result).rejects.toThrow(/Model broken/);
      expect((await other).text).toBe(replyTo('other', 50));
      await worker[Symbol.asyncDispose]();
    }
    expect(service.events.some((event) => event.type === 'request-retry')).toBe(false);
  });

  it('drains at SIGTERM, once, and leaves the signal to others afterwards', async () => {
    const before = process.listenerCount('SIGTERM');
    let drains = 0;
    const draining = drainOnTermination({
      drain: async () => {
        drains++;
      },
    });
    process.emit('SIGTERM');
    expect(drains).toBe(1);
    draining[Symbol.dispose]();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('does not push out another one with its id, but takes its place when it is gone', async () => {
    await using service = await startService(webSockets);
    const first = await service.addWorker([countingModel()], { id: 'w' });
    const second = await service.addWorker([countingModel({ id: 'other' })], { id: 'w' });
    await until(() => JSON.stringify(service.workerEvents).includes('another worker has its id'));
    expect(service.gateway.models().map(({ id }) => id)).toEqual(['counting']);
    await first[Symbol.asyncDispose]();
    await until(() => service.gateway.models().some(({ id }) => id === 'other'));
    expect(second.gateways).toBe(1);
  });

  it('is not made without models, with two of an id, or with a configuration that makes no sense', async () => {
    const bus = await webSocketWorkerBus({ url: 'ws://127.0.0.1:1', token });
    await expect(createWorker({}, { models: [], bus })).rejects.toThrow(/must hold a model/);
    await expect(createWorker({}, { models: [countingModel(), countingModel()], bus })).rejects.toThrow(
      /two models with the id "counting"/,
    );
    await expect(createWorker({ capacity: 0 }, { models: [countingModel()], bus })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});
