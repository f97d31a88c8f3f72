import type { ModelLoad, Offer } from '../bus/protocol/index.js';
import type { ServedModel } from '../types.js';
import { DEFAULT_CAPACITY, type WorkerConfig } from './config.js';

/** How much a new measurement counts in the mean speed. */
const WEIGHT = 0.2;

interface Place {
  readonly model: ServedModel;
  readonly offer: Offer;
  /** Jobs that run for each user of the slots. */
  readonly running: Map<object, number>;
  tokensPerSecond?: number;
}

/** The places that a worker's models have, shared by all gateways, and how fast the models are. */
export class Slots {
  readonly #places: ReadonlyMap<string, Place>;

  constructor(models: readonly ServedModel[], capacity: NonNullable<WorkerConfig['capacity']>) {
    this.#places = new Map(
      models.map((model) => {
        const own = typeof capacity === 'number' ? capacity : (capacity[model.id] ?? DEFAULT_CAPACITY);
        return [model.id, { model, offer: offerOf(model, own), running: new Map() }];
      }),
    );
  }

  get offers(): Offer[] {
    return [...this.#places.values()].map(({ offer }) => offer);
  }

  /** Jobs that run, of all models. */
  get running(): number {
    return [...this.#places.values()].reduce((sum, place) => sum + total(place), 0);
  }

  /** @returns the model, with a place taken for the user; `undefined` where it has none free, or is not here. */
  take(id: string, user: object): ServedModel | 'busy' | 'unknown-model' {
    const place = this.#places.get(id);
    if (place === undefined) return 'unknown-model';
    if (total(place) >= place.offer.capacity) return 'busy';
    place.running.set(user, (place.running.get(user) ?? 0) + 1);
    return place.model;
  }

  free(id: string, user: object): void {
    const { running } = this.#places.get(id)!;
    const left = running.get(user)! - 1;
    if (left === 0) running.delete(user);
    else running.set(user, left);
  }

  measured(id: string, tokensPerSecond: number): void {
    const place = this.#places.get(id)!;
    place.tokensPerSecond = (place.tokensPerSecond ?? tokensPerSecond) * (1 - WEIGHT) + tokensPerSecond * WEIGHT;
  }

  /** As one user sees it: it knows of its own jobs. */
  loadFor(user: object): ModelLoad[] {
    return [...this.#places].map(([model, place]) => ({
      model,
      others: total(place) - (place.running.get(user) ?? 0),
      ...(place.tokensPerSecond === undefined ? {} : { tokensPerSecond: place.tokensPerSecond }),
    }));
  }
}

function total({ running }: Place): number {
  let sum = 0;
  for (const count of running.values()) sum += count;
  return sum;
}

function offerOf(model: ServedModel, capacity: number): Offer {
  return {
    model: model.id,
    features: model.features,
    kinds: [
      'chat' as const,
      ...(model.complete === undefined ? [] : ['complete' as const]),
      ...(model.embed === undefined ? [] : ['embed' as const]),
    ],
    capacity,
  };
}
