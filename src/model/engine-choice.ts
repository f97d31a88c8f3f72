import { createEngine, type Engine, type EngineOptions } from '../engine/index.js';

/**
 * What a model computes with: an engine, which stays yours to dispose, or what {@link createEngine} is to make, which
 * the model then disposes with itself.
 *
 * @public
 */
export type EngineChoice = Engine | EngineOptions | NonNullable<EngineOptions['engine']>;

export interface ChosenEngine {
  readonly engine: Engine;
  /** Made here, so to be disposed here. */
  readonly isOwn: boolean;
}

export async function chooseEngine(choice: EngineChoice | undefined): Promise<ChosenEngine> {
  if (typeof choice === 'string') return { engine: await createEngine({ engine: choice }), isOwn: true };
  if (choice !== undefined && 'transformer' in choice) return { engine: choice, isOwn: false };
  return { engine: await createEngine(choice), isOwn: true };
}

/** Disposes a chosen engine where it is ours. */
export async function dropEngine({ engine, isOwn }: ChosenEngine): Promise<void> {
  if (isOwn) await engine[Symbol.asyncDispose]();
}
