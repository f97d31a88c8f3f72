// Who gets which worker, who waits, and who is told to come back. Over WebSockets; the contract tests both buses.
import { describe, expect, it } from 'vitest';
import { createGateway, OverloadedError } from '../../../src/serve/index.js';
import { scriptedChatModel } from '../../../src/testing/index.js';
import { busKinds } from '../support/buses.js';
import { ask, countingModel, replyTo } from '../support/counting-model.js';
import { startService } from '../support/service.js';
import { until } from '../support/until.js';

const webSockets = busKinds[0]!;
/** A model that begins nothing. */
const stuck = () => countingModel({ prefill: 600_000 });

describe('Routing', () => {
  it('spreads requests over workers', async () => {
    await using service = await startService(webSockets);
    const models = [stuck(), stuck()];
    for (const model of models) await service.addWorker([model], { capacity: 4 });
    const abort = new AbortController();
    const served = service.gateway.model('counting')!;
    const asked = Array.from({ length: 6 }, (_, index) =>
      served.chat(ask(`r${index}`, 1), { signal: abort.signal }).result.catch(() => undefined),
    );
    await until(() => models.every(({ running }) => running === 3));
    abort.abort();
    await Promise.all(asked);
  });

  it('sends the next turn of a conversation where its earlier ones were, while there is room', async () => {
    await using service = await startService(webSockets);
    const models = [0, 1, 2].map(() => scriptedChatModel((messages) => `reply ${messages.length}`));
    for (const model of models) await service.addWorker([model]);
    const served = service.gateway.model('scripted')!;
    for (let conversation = 0; conversation < 12; conversation++) {
      const messages = [{ role: 'user' as const, content: `conversation ${conversation}` }];
      for (let turn = 0; turn < 3; turn++) {
        const { text } = await served.chat(messages).result;
        messages.push({ role: 'assistant' as never, content: text }, { role: 'user', content: `turn ${turn}` });
      }
    }
    const starts = service.events.filter((event) => event.type === 'request-start');
    for (let conversation = 0; conversation < 12; conversation++) {
      const turns = starts.slice(conversation * 3, conversation * 3 + 3);
      expect(new Set(turns.map(({ worker }) => worker)).size).toBe(1);
      expect(turns.map(({ isAffine }) => isAffine)).toEqual([false, true, true]);
    }
    // First turns are spread all the same.
    expect(models.every(({ calls }) => calls.length > 0)).toBe(true);
  });

  it('takes the caller at its word about what belongs together', async () => {
    await using service = await startService(webSockets);
    for (let index = 0; index < 2; index++) await service.addWorker([countingModel()]);
    const served = service.gateway.model('counting')!;
    for (let index = 0; index < 5; index++)
      await served.chat(ask(`r${index}`, 1), {}, { affinity: 'session 7' }).result;
    const starts = service.events.filter((event) => event.type === 'request-start');
    expect(new Set(starts.map(({ worker }) => worker)).size).toBe(1);
  });

  it('offers what every worker of a model can do', async () => {
    await using service = await startService(webSockets);
    await service.addWorker([countingModel()]);
    expect(service.gateway.model('counting')).toMatchObject({ features: ['logprobs', 'seed'] });
    expect(service.gateway.model('counting')!.embed).toBeDefined();
    await service.addWorker([scriptedChatModel([], { id: 'counting', features: ['seed', 'top-k'] })]);
    expect(service.gateway.models().map(({ id, features }) => ({ id, features }))).toEqual([
      { id: 'counting', features: ['seed'] },
    ]);
    expect(service.gateway.model('counting')!.embed).toBeUndefined();
  });

  it('refuses what no worker would understand, without a loss for the others', async () => {
    await using service = await startService(webSockets);
    await service.addWorker([countingModel()]);
    const other = service.gateway
      .model('counting')!
      .chat(ask('other', 50), {}, { requestId: 'x'.repeat(10_000) }).result;
    for (const [messages, options] of [
      [[{ role: 'robot', content: '' }], {}],
      [[{ role: 'user', content: 7 }], {}],
      [[], { temperature: Number.NaN }],
    ] as const)
      await expect(service.gateway.model('counting')!.chat(messages as never, options).result).rejects.toMatchObject({
        code: 'request-invalid',
      });
    expect((await other).text).toBe(replyTo('other', 50));
    expect(service.events.some(({ type }) => type === 'worker-leave')).toBe(false);
    const strange = { contextOverflow: 'truncate-oldest' } as object;
    await expect(service.gateway.model('counting')!.chat([], strange).result).rejects.toMatchObject({
      code: 'option-unsupported',
    });
  });
});

describe('Waiting', () => {
  it('is fair: a caller with few requests does not wait for one with many', async () => {
    await using service = await startService(webSockets);
    const model = countingModel({ interval: 1 });
    await service.addWorker([model], { capacity: 1 });
    const served = service.gateway.model('counting')!;
    const asked = ['a0', 'a1', 'a2', 'a3', 'b0', 'b1'].map(
      (name) => served.chat(ask(name, 3), {}, { caller: name[0] }).result,
    );
    await Promise.all(asked);
    expect(model.asked).toEqual(['a0', 'a1', 'b0', 'a2', 'b1', 'a3']);
  });

  it('is refused when too many wait, with a time to come back', async () => {
    await using service = await startService(webSockets, { maximumQueued: 2 });
    await service.addWorker([stuck()], { capacity: 1 });
    const abort = new AbortController();
    const served = service.gateway.model('counting')!;
    const send = (name: string, caller = '') =>
      served.chat(ask(name, 1), { signal: abort.signal }, { caller, requestId: name }).result;
    const outcomes = ['running', 'waiting1', 'waiting2'].map((name) => send(name).catch((error: unknown) => error));
    await until(() => service.gateway.status().models[0]!.queued === 2);
    const refused = await send('refused').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OverloadedError);
    expect((refused as OverloadedError).retryAfterSeconds).toBeGreaterThanOrEqual(1);
    // Another caller gets a place of the one that has more.
    const other = send('other', 'somebody else').catch((error: unknown) => error);
    expect(await outcomes[2]).toBeInstanceOf(OverloadedError);
    expect(service.gateway.status().models[0]!.queued).toBe(2);
    abort.abort();
    await Promise.all([...outcomes, other]);
    expect(service.gateway.status().models[0]).toMatchObject({ queued: 0 });
    const ends = service.events.flatMap((event) =>
      event.type === 'request-end' ? [`${event.requestId} ${event.outcome}`] : [],
    );
    expect(ends.sort()).toEqual([
      'other cancelled',
      'refused refused',
      'running cancelled',
      'waiting1 cancelled',
      'waiting2 refused',
    ]);
  });

  it('is refused at once when the turn would come after the deadline', async () => {
    await using service = await startService(webSockets);
    await service.addWorker([countingModel({ interval: 40 })], { capacity: 1 });
    const served = service.gateway.model('counting')!;
    // What replies take is known after a few.
    for (let index = 0; index < 5; index++) await served.chat(ask(`r${index}`, 2)).result;
    const abort = new AbortController();
    const others = Array.from({ length: 30 }, (_, index) =>
      served.chat(ask(`o${index}`, 2), { signal: abort.signal }).result.catch(() => undefined),
    );
    await until(() => service.gateway.status().models[0]!.queued === 29);
    const hopeless = served.chat(ask('hopeless', 2), {}, { deadline: Date.now() + 500 }).result;
    await expect(hopeless).rejects.toMatchObject({ code: 'overloaded' });
    abort.abort();
    await Promise.all(others);
  });

  it('ends at the deadline, before and amid a reply, and stops the model', async () => {
    await using service = await startService(webSockets);
    const model = countingModel({ interval: 5 });
    await service.addWorker([model], { capacity: 1 });
    const served = service.gateway.model('counting')!;
    const amid = served.chat(ask('amid', 1e6), {}, { deadline: Date.now() + 300 });
    let count = 0;
    const reading = (async () => {
      for await (const _ of amid) count++;
    })();
    const before = served.chat(ask('before', 1), {}, { deadline: Date.now() + 150 }).result;
    await expect(before).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await expect(reading).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect(count).toBeGreaterThan(0);
    await until(() => model.running === 0);
    expect((await served.chat(ask('next', 2)).result).text).toBe(replyTo('next', 2));
  });

  it('is for a worker too: after the start for any, later for those that were there', async () => {
    await using service = await startService(webSockets, { workerGrace: 1_000 });
    const early = service.gateway.model('counting')!.chat(ask('early', 2)).result;
    const unknown = service.gateway.model('unheard-of')!.chat([]).result;
    const refused = expect(unknown).rejects.toMatchObject({ code: 'model-not-found' });
    const worker = await service.addWorker([countingModel()]);
    expect((await early).text).toBe(replyTo('early', 2));
    await refused;
    expect(service.gateway.model('unheard-of')).toBeUndefined();
    expect(service.gateway.status().models.map(({ id }) => id)).toEqual(['counting']);
    await worker.drain();
    await until(() => service.gateway.models().length === 0);
    const between = service.gateway.model('counting')!.chat(ask('between', 2)).result;
    await service.addWorker([countingModel()], { id: 'second' });
    expect((await between).text).toBe(replyTo('between', 2));
    expect(service.gateway.drainWorker('second')).toBe(true);
    await until(() => service.gateway.models().length === 0);
    await expect(service.gateway.model('counting')!.chat(ask('vain', 1)).result).rejects.toMatchObject({
      code: 'overloaded',
    });
  });
});

describe('Losing workers', () => {
  it('is borne a bounded number of times', async () => {
    await using service = await startService(webSockets, { maximumAttempts: 2 });
    const asked = service.gateway.model('counting')!.chat(ask('cursed', 1)).result;
    const outcome = expect(asked).rejects.toMatchObject({ code: 'worker-lost' });
    for (let attempt = 0; attempt < 2; attempt++) {
      const model = stuck();
      const worker = await service.addWorker([model]);
      await until(() => model.running === 1);
      await worker[Symbol.asyncDispose]();
    }
    await outcome;
    expect(service.events.at(-1)).toMatchObject({ type: 'request-end', outcome: 'worker-lost', attempts: 2 });
  });
});

describe('A gateway', () => {
  it('tells the story of a request in events', async () => {
    await using service = await startService(webSockets);
    await service.addWorker([countingModel()], { id: 'w' });
    await service.gateway.model('counting')!.chat(ask('r', 3), {}, { requestId: 'r-1' }).result;
    const subject = { requestId: 'r-1', model: 'counting', kind: 'chat' };
    expect(service.events).toMatchObject([
      { type: 'worker-join', worker: 'w', models: [{ id: 'counting', capacity: 8 }] },
      { type: 'request-start', ...subject, worker: 'w', attempt: 1, isAffine: false },
      { type: 'first-token', ...subject, worker: 'w' },
      {
        type: 'request-end',
        ...subject,
        worker: 'w',
        outcome: 'finished',
        attempts: 1,
        usage: { promptTokens: 2, completionTokens: 3 },
      },
    ]);
  });

  it('drains: refuses what is new, finishes what runs, closes', async () => {
    await using service = await startService(webSockets);
    await service.addWorker([countingModel({ interval: 2 })]);
    const served = service.gateway.model('counting')!;
    const running = served.chat(ask('running', 50)).result;
    await until(() => service.gateway.status().workers[0]!.running === 1);
    const drained = service.gateway.drain();
    await expect(served.chat(ask('late', 1)).result).rejects.toMatchObject({ code: 'overloaded' });
    expect((await running).text).toBe(replyTo('running', 50));
    await drained;
    expect(service.gateway.status()).toMatchObject({ isDraining: true, workers: [] });
  });

  it('ends what runs when it is closed, with the reason', async () => {
    await using service = await startService(webSockets);
    const model = stuck();
    await service.addWorker([model], { capacity: 1 });
    const served = service.gateway.model('counting')!;
    const outcomes = ['running', 'waiting'].map((name) =>
      expect(served.chat(ask(name, 1)).result).rejects.toMatchObject({ code: 'disposed' }),
    );
    await until(() => model.running === 1);
    await service.gateway[Symbol.asyncDispose]();
    await Promise.all(outcomes);
    await until(() => model.running === 0);
  });

  it('cannot be made with a configuration that makes no sense', async () => {
    const config = { streamWindow: 0, typo: 1 } as object;
    await expect(createGateway(config, { buses: [] })).rejects.toThrow(/streamWindow[\s\S]*typo/);
  });
});
