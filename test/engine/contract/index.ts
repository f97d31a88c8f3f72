import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { Engine, EngineUsage } from '../../../src/engine/index.js';
import { showMeasuredErrors } from '../../support/differences.js';
import { describeAdapterGoldens } from './adapter-goldens.js';
import { describeAdapters } from './adapters.js';
import { describeDecoding } from './decoding.js';
import { describeGoldens } from './goldens.js';
import { describeHandles } from './handles.js';
import { describeOddSizes } from './odd-sizes.js';
import { describeOptimizer } from './optimizer.js';

/** An engine that the contract is held against. */
export interface EngineUnderTest {
  readonly name: string;
  open(): Promise<Engine>;
}

/** What every engine promises, whatever it computes with. */
export function describeEngine({ name, open }: EngineUnderTest): void {
  describe(`the engine on ${name}`, () => {
    let opened: Engine | undefined;
    let before: EngineUsage | undefined;
    const engine = () => opened!;

    beforeAll(async () => {
      opened = await open();
    });
    beforeEach(() => {
      before = engine().usage;
    });
    afterEach(() => {
      expect(engine().usage, 'handles that a test left behind').toEqual(before);
    });
    afterAll(async () => {
      await opened?.[Symbol.asyncDispose]();
      showMeasuredErrors(name);
    });

    describeGoldens(engine);
    describeOddSizes(engine);
    describeDecoding(engine);
    describeOptimizer(engine);
    describeAdapters(engine);
    describeAdapterGoldens(engine);
    describeHandles(engine, open);
  });
}
