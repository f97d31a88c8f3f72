import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/index.js';
import { activationBytes } from '../../src/train/recompute.js';

const alone = { worldSize: 1 };
const engineWith = (backend: string, bytes: number) => ({ backend, usage: { handles: 0, bytes } }) as Engine;

describe('memory for activations', () => {
  it('is all or nothing where that was asked for', () => {
    expect(activationBytes(false, engineWith('wasm', 1e9), alone)).toBe(Number.POSITIVE_INFINITY);
    expect(activationBytes(true, engineWith('wasm', 0), alone)).toBe(0);
  });

  it('is, on wasm, what weights and gradients leave of its address space', () => {
    const empty = activationBytes('auto', engineWith('wasm', 0), alone);
    expect(empty).toBeGreaterThan(2 ** 30);
    expect(activationBytes('auto', engineWith('wasm', 2 ** 30), alone)).toBe(empty - 2 ** 29);
    expect(activationBytes('auto', engineWith('wasm', 2 ** 32), alone)).toBe(0);
  });

  it('is what the machine has free on the host, and nothing where it cannot be told', () => {
    expect(activationBytes('auto', engineWith('cpu', 0), alone)).toBeGreaterThan(0);
    expect(activationBytes('auto', engineWith('tensorflow', 0), alone)).toBe(0);
  });
});
