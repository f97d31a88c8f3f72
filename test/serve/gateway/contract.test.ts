// What gateway and workers promise together, whichever bus is between them.
import { describe, expect, it } from 'vitest';
import { type ServedModel, WorkerLostError } from '../../../src/serve/index.js';
import { scriptedChatModel } from '../../../src/testing/index.js';
import { type BusKind, busKinds } from '../support/buses.js';
import { ask, countingModel, replyTo, tokenOf } from '../support/counting-model.js';
import { startService } from '../support/service.js';
import { until } from '../support/until.js';

for (const kind of busKinds)
  describe.skipIf(kind.missing !== undefined)(`Gateway and workers over ${kind.name}${kind.missing ?? ''}`, () => {
    contract(kind);
  });

function contract(kind: BusKind) {
  it('streams a reply token by token and returns what the model returned', async () => {
    await using service = await startService(kind);
    await service.addWorker([countingModel()]);
    const run = service.gateway.model('counting')!.chat(ask('a', 100));
    const texts: string[] = [];
    for await (const { text } of run) texts.push(text);
    expect(texts).toEqual(Array.from({ length: 100 }, (_, index) => tokenOf('a', index)));
    await expect(run.result).resolves.toEqual({
      text: replyTo('a', 100),
      finishReason: 'stop',
      usage: { promptTokens: 2, completionTokens: 100 },
    });
  });

  it('completes texts, and embeds them bit for bit', async () => {
    await using service = await startService(kind);
    const model = countingModel();
    await service.addWorker([model]);
    const served = service.gateway.model('counting')!;
    expect((await served.complete!('b 3').result).text).toBe(replyTo('b', 3));
    const texts = Array.from({ length: 3_000 }, (_, index) => 'x'.repeat(index % 50));
    expect(await served.embed!(texts)).toEqual(await model.embed!(texts));
    expect(await served.embed!([])).toEqual([]);
  });

  it('mixes up nothing among many replies at a time', async () => {
    await using service = await startService(kind);
    await service.addWorker([countingModel()], { capacity: 20 });
    await service.addWorker([countingModel()], { capacity: 20 });
    const model = service.gateway.model('counting')!;
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => model.chat(ask(`r${index}`, 20 + index)).result),
    );
    expect(replies.map(({ text }) => text)).toEqual(replies.map((_, index) => replyTo(`r${index}`, 20 + index)));
  });

  it('carries text of any characters, tokens with probabilities, and options unchanged', async () => {
    await using service = await startService(kind);
    const script = scriptedChatModel([' \ud83e\uddd9 \u2028 \ud800 </script> \0'], { features: ['logprobs'] });
    const likeliest = [
      { token: 'a', logprob: -0.5, bytes: [97] },
      { token: 'b', logprob: Number.NEGATIVE_INFINITY },
    ];
    const probable: ServedModel = {
      ...script,
      id: 'probable',
      chat: (messages, options) => {
        const run = script.chat(messages, options);
        return {
          async *[Symbol.asyncIterator]() {
            for await (const delta of run) yield { ...delta, tokens: [{ ...likeliest[0]!, likeliest }] };
          },
          get result() {
            return run.result;
          },
        };
      },
    };
    await service.addWorker([probable]);
    const options = {
      maxTokens: 5,
      temperature: 0,
      stop: ['x'],
      logprobs: 2,
      responseFormat: { type: 'json-schema', schema: { type: 'object', properties: { a: { enum: [1, null] } } } },
    } as const;
    const deltas = [];
    const served = service.gateway.model('probable')!;
    expect(served.features).toEqual(['logprobs']);
    for await (const delta of served.chat([{ role: 'user', content: '\ud800?' }], options)) deltas.push(delta);
    expect(deltas.map(({ text }) => text).join('')).toBe(' \ud83e\uddd9 \u2028 \ud800 </script> \0');
    for (const { tokens } of deltas) expect(tokens).toEqual([{ ...likeliest[0]!, likeliest }]);
    const { signal: _, ...received } = script.calls[0]!.options;
    expect(received).toEqual(options);
    expect(script.calls[0]!.messages).toEqual([{ role: 'user', content: '\ud800?' }]);
  });

  it("passes on the model's own error, with its code and after what came before it", async () => {
    await using service = await startService(kind);
    const { VicunaError } = await import('../../../src/core/index.js');
    const model = scriptedChatModel([
      { text: 'so far', error: new VicunaError('context-overflow', 'Too long by 3 tokens.') },
      new TypeError('broken'),
      { text: '', error: new VicunaError('of-tomorrow' as never, 'unheard of') },
    ]);
    await service.addWorker([model]);
    const run = service.gateway.model('scripted')!.chat([]);
    let text = '';
    const reading = (async () => {
      for await (const delta of run) text += delta.text;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'context-overflow', message: 'Too long by 3 tokens.' });
    expect(text).toBe('so far');
    const next = () => service.gateway.model('scripted')!.chat([]).result;
    await expect(next()).rejects.toThrow('broken');
    await expect(next()).rejects.toMatchObject({ code: 'of-tomorrow', message: 'unheard of' });
    await until(() => service.gateway.status().workers[0]!.running === 0);
  });

  it('stops the model when the reader aborts or leaves, and has its place free again', async () => {
    await using service = await startService(kind);
    const model = countingModel({ interval: 1 });
    await service.addWorker([model], { capacity: 2 });
    const served = service.gateway.model('counting')!;
    const reason = new Error('enough');
    for (let round = 0; round < 5; round++) {
      const abort = new AbortController();
      const aborted = served.chat(ask('aborted', 1e6), { signal: abort.signal });
      const reading = (async () => {
        for await (const _ of aborted) abort.abort(reason);
      })();
      await expect(reading).rejects.toBe(reason);
      for await (const _ of served.chat(ask('left', 1e6))) break;
    }
    await until(() => model.running === 0);
    expect(model.abandoned).toBe(10);
    expect((await served.chat(ask('after', 2)).result).text).toBe(replyTo('after', 2));
    await until(() => service.gateway.status().workers[0]!.running === 0);
    expect(service.gateway.status().workers[0]!.models[0]!.free).toBe(2);
  });

  it('pauses the model of a reader that does not read, and loses nothing when it goes on', async () => {
    await using service = await startService(kind, { streamWindow: 16 });
    const model = countingModel();
    await service.addWorker([model]);
    const run = service.gateway.model('counting')!.chat(ask('slow', 500));
    const texts: string[] = [];
    for await (const { text } of run) {
      texts.push(text);
      if (texts.length > 1) continue;
      // Another reply goes all its way meanwhile.
      await service.gateway.model('counting')!.chat(ask('fast', 500)).result;
      expect(model.made - 500).toBeLessThanOrEqual(17);
    }
    expect(texts.join('')).toBe(replyTo('slow', 500));
    await until(() => service.workerEvents.filter(({ type }) => type === 'job-end').length === 2);
    const paused = service.workerEvents.flatMap((event) =>
      event.type === 'job-end' ? [event.pausedMilliseconds] : [],
    );
    expect(Math.max(...paused)).toBeGreaterThan(0);
  });

  it('takes the next request of a queue when a place is free', async () => {
    await using service = await startService(kind);
    const model = countingModel({ interval: 1 });
    await service.addWorker([model], { capacity: 1 });
    const served = service.gateway.model('counting')!;
    const replies = await Promise.all(['a', 'b', 'c'].map((name) => served.chat(ask(name, 5)).result));
    expect(replies.map(({ text }) => text)).toEqual(['a', 'b', 'c'].map((name) => replyTo(name, 5)));
    expect(model.asked).toEqual(['a', 'b', 'c']);
    expect(service.events.filter(({ type }) => type === 'request-queue')).toHaveLength(2);
  });

  it('lets a draining worker finish, gives it nothing new, and lets it leave', async () => {
    await using service = await startService(kind);
    const [first, second] = [countingModel({ interval: 2 }), countingModel()];
    const leaving = await service.addWorker([first], { id: 'leaving' });
    const served = service.gateway.model('counting')!;
    const long = served.chat(ask('long', 100)).result;
    await until(() => first.running === 1);
    await service.addWorker([second], { id: 'staying' });
    expect(service.gateway.drainWorker('leaving')).toBe(true);
    await until(() => service.events.some(({ type }) => type === 'worker-drain'));
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    await Promise.all(names.map((name) => served.chat(ask(name, 3)).result));
    expect(second.asked).toEqual(names);
    expect((await long).text).toBe(replyTo('long', 100));
    await leaving.closed;
    await until(() => service.gateway.status().workers.length === 1);
    expect(service.events.find(({ type }) => type === 'worker-leave')).toMatchObject({
      worker: 'leaving',
      cause: 'drained',
      running: 0,
    });
  });

  it('moves what has not begun when a worker leaves, and ends what has begun by name', async () => {
    await using service = await startService(kind);
    const stuck = countingModel({ prefill: 60_000 });
    const slow = countingModel({ id: 'slow', interval: 20 });
    const worker = await service.addWorker([stuck, slow], { id: 'gone' });
    const served = service.gateway.model('counting')!;
    const waiting = Array.from({ length: 5 }, (_, index) => served.chat(ask(`m${index}`, 4)).result);
    await until(() => stuck.running === 5);
    await service.addWorker([countingModel()], { id: 'other' });
    const begun = service.gateway.model('slow')!.chat(ask('begun', 1_000));
    const reading = (async () => {
      for await (const _ of begun) await worker[Symbol.asyncDispose]();
    })();
    await expect(reading).rejects.toThrow(WorkerLostError);
    await expect(begun.result).rejects.toMatchObject({ code: 'worker-lost', worker: 'gone' });
    expect((await Promise.all(waiting)).map(({ text }) => text)).toEqual(waiting.map((_, at) => replyTo(`m${at}`, 4)));
    expect(service.events.filter(({ type }) => type === 'request-retry')).toHaveLength(5);
  });

  it('turns away a worker with a wrong token, which goes on trying', async () => {
    const bus = await kind.open();
    const { createGateway, createWorker } = await import('../../../src/serve/index.js');
    const refusals: unknown[] = [];
    const failures: unknown[] = [];
    const gateway = await createGateway(
      {},
      { buses: [await bus.gatewayBus()], onEvent: (event) => refusals.push(event) },
    );
    const worker = await createWorker(
      {},
      {
        models: [countingModel()],
        bus: await bus.workerBus('token-of-a-stranger'),
        onEvent: (event) => failures.push(event),
      },
    );
    await until(() => failures.length > 1);
    expect(refusals[0]).toMatchObject({ type: 'bus-fail', error: { code: 'unauthorized' } });
    expect(failures[0]).toMatchObject({ type: 'connect-fail', error: { code: 'unauthorized' } });
    expect(gateway.models()).toEqual([]);
    await worker[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await bus[Symbol.asyncDispose]();
  });

  it('carries a prompt of megabytes, and refuses one that no link carries', async () => {
    await using service = await startService(kind);
    const model = scriptedChatModel((messages) => String(messages[0]!.content.length));
    await service.addWorker([model]);
    const ask = (length: number) =>
      service.gateway.model('scripted')!.chat([{ role: 'user', content: 'x'.repeat(length) }]).result;
    expect((await ask(5 << 20)).text).toBe(String(5 << 20));
    await expect(ask(17 << 20)).rejects.toMatchObject({ code: 'request-invalid' });
    expect((await ask(1)).text).toBe('1');
  });
}
