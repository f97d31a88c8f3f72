/**
 * Notices a peer that says nothing. It counts beats without a word, not time: after this process itself stood still, one
 * late beat comes before the messages that waited meanwhile, and must not count for the many that it replaces.
 */
export class SilenceWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #silentBeats = 0;

  /**
   * @param interval - milliseconds between beats.
   * @param beats - silent ones in a row, after which `onSilence` is called, once.
   * @param onBeat - called at every other beat.
   */
  constructor(interval: number, beats: number, onSilence: () => void, onBeat: () => void = () => undefined) {
    this.#timer = setInterval(() => {
      if (++this.#silentBeats <= beats) return onBeat();
      this[Symbol.dispose]();
      onSilence();
    }, interval);
  }

  /** The peer said something. */
  heard(): void {
    this.#silentBeats = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
