// What only a cluster of its own offers: several gateways, its own login, and strangers on the same server.
import { connect } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import {
  createGateway,
  createWorker,
  type Gateway,
  natsGatewayBus,
  natsWorkerBus,
  type WorkerEvent,
} from '../../../src/serve/index.js';
import { token } from '../support/buses.js';
import { ask, countingModel, replyTo } from '../support/counting-model.js';
import { natsServer, natsSkipped, startNatsServer } from '../support/nats-server.js';
import { until } from '../support/until.js';

const backoff = { minimumDelay: 20, maximumDelay: 200 };

describe.skipIf(natsServer === undefined)(`The NATS bus${natsSkipped}`, () => {
  it('shares workers among gateways, which never give one more than it takes', async () => {
    await using server = await startNatsServer();
    const open = async () =>
      createGateway({}, { buses: [await natsGatewayBus({ servers: server.url, tokens: [token], backoff })] });
    await using first = await open();
    await using second = await open();
    const model = countingModel({ interval: 2 });
    let peak = 0;
    const onEvent = ({ type }: WorkerEvent) => {
      if (type === 'job-start') peak = Math.max(peak, worker.running);
    };
    const bus = await natsWorkerBus({ servers: server.url, token, backoff });
    await using worker = await createWorker({ capacity: 3 }, { models: [model], bus, onEvent });
    await until(() => [first, second].every((gateway) => gateway.status().workers.length === 1));
    const names = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const asked = names.map((name, index) => [first, second][index % 2]!.model('counting')!.chat(ask(name, 10)).result);
    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(names.map((name) => replyTo(name, 10)));
    expect(peak).toBe(3);
    // A gateway that comes later finds the worker too, and one that leaves takes nothing with it.
    await first[Symbol.asyncDispose]();
    await using third = await open();
    await until(() => third.status().workers.length === 1);
    expect((await third.model('counting')!.chat(ask('late', 3)).result).text).toBe(replyTo('late', 3));
    expect((await second.model('counting')!.chat(ask('still', 3)).result).text).toBe(replyTo('still', 3));
  });

  it("uses the server's login, and says so where it is refused", async () => {
    await using server = await startNatsServer(['--user', 'vicuna', '--pass', 'secret']);
    const failures: unknown[] = [];
    const gateway = async (password: string): Promise<Gateway> => {
      const authentication = { user: 'vicuna', password };
      const bus = await natsGatewayBus({ servers: server.url, authentication, tokens: [token], backoff });
      return createGateway({}, { buses: [bus], onEvent: (event) => failures.push(event) });
    };
    await using _ = await gateway('wrong');
    await until(() => failures.length > 0);
    expect(failures[0]).toMatchObject({ type: 'bus-fail', error: { code: 'unauthorized' } });
    await using admitted = await gateway('secret');
    const authentication = { user: 'vicuna', password: 'secret' };
    const bus = await natsWorkerBus({ servers: server.url, authentication, token, backoff });
    await using worker = await createWorker({}, { models: [countingModel()], bus });
    await until(() => admitted.status().workers.some(({ id }) => id === worker.id));
  });

  it('is not misled by strangers on the same server', async () => {
    await using server = await startNatsServer();
    const bus = await natsGatewayBus({ servers: server.url, tokens: [token], backoff });
    await using gateway = await createGateway({}, { buses: [bus] });
    const model = countingModel();
    const workerBus = await natsWorkerBus({ servers: server.url, token, backoff });
    await using worker = await createWorker({}, { models: [model], bus: workerBus });
    const stranger = await connect({ servers: server.url });
    const subjects = new Set<string>();
    const heard: string[] = [];
    stranger.subscribe('vicuna.>', {
      callback: (_, { subject, data }) => {
        subjects.add(subject);
        heard.push(new TextDecoder().decode(data));
      },
    });
    await until(() => gateway.status().workers.length === 1 && subjects.size > 2);
    const rubbish = [
      '',
      'x',
      'here  0 1\n{}',
      'open a 0 1\n{"link":"a","worker":"w","proof":""}',
      'accept a 0 1\n{"link":"a","proof":""}',
      'data nolink 0 1\n[]',
      'close nolink 0 1\n',
      'look  0 1\n{"worker":"*"}',
      'look  0 1\n{"worker":"a.b"}',
      'here  0 1\n{"gateway":"g","nonce":"n"}',
    ];
    for (const subject of subjects) for (const payload of rubbish) stranger.publish(subject, payload);
    await stranger.flush();
    expect((await gateway.model('counting')!.chat(ask('on', 30)).result).text).toBe(replyTo('on', 30));
    expect(gateway.status().workers.map(({ id }) => id)).toEqual([worker.id]);
    // Who listens does not learn the token.
    expect(heard.join()).not.toContain(token);
    await stranger.close();
  });

  it('waits for a server that is not there yet', async () => {
    const server = await startNatsServer();
    await server.kill();
    const failures: unknown[] = [];
    const bus = await natsGatewayBus({ servers: server.url, tokens: [token], backoff });
    await using gateway = await createGateway({}, { buses: [bus], onEvent: (event) => failures.push(event) });
    await until(() => failures.length > 0);
    expect(failures[0]).toMatchObject({ type: 'bus-fail', error: { code: 'bus-unavailable' } });
    await server.start();
    const workerBus = await natsWorkerBus({ servers: server.url, token, backoff });
    await using worker = await createWorker({}, { models: [countingModel()], bus: workerBus });
    await until(() => gateway.status().workers.some(({ id }) => id === worker.id));
    await server.kill();
  });
});
