import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ChatModel } from '../../src/conversation/index.js';
import type { VicunaModel } from '../../src/model/index.js';
import { OverloadedError, type ServedModel, WorkerLostError } from '../../src/serve/index.js';

describe('A model that is in the process', () => {
  it('can be served as it is', () => {
    expectTypeOf<ChatModel>().toExtend<ServedModel>();
    expectTypeOf<VicunaModel>().toExtend<ServedModel>();
  });
});

describe('Errors of serving', () => {
  it('say what to do, and carry what an HTTP answer needs', () => {
    expect(new OverloadedError('Full.', 3)).toMatchObject({ code: 'overloaded', retryAfterSeconds: 3 });
    const lost = new WorkerLostError('w1', 'missed 3 heartbeats');
    expect(lost).toMatchObject({ code: 'worker-lost', worker: 'w1', problem: 'missed 3 heartbeats' });
    expect(lost.message).toBe(
      'Worker w1 missed 3 heartbeats amid the reply. What came of it is incomplete; send the request again.',
    );
  });
});
