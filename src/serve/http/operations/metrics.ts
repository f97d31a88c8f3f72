import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestLogEntry } from '../exchange/log.js';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const TOKENS_PER_SECOND = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** What Prometheus is told of a server. */
export interface ServeMetrics {
  /** In Prometheus's text form. */
  text(): Promise<string>;
  readonly contentType: string;
  /** For metrics of your own, or of a gateway. */
  readonly registry: Registry;
  begin(): void;
  end(entry: RequestLogEntry): void;
}

/** Counts requests in a registry of its own: several servers in a process do not meet. */
export async function createServeMetrics(): Promise<ServeMetrics> {
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  const requests: Counter = new Counter({
    name: 'vicuna_requests_total',
    help: 'Requests that have ended, by outcome: ok, or the code of what failed.',
    labelNames: ['route', 'model', 'status', 'outcome'],
    registers,
  });
  const running: Gauge = new Gauge({
    name: 'vicuna_requests_running',
    help: 'Requests that have not ended.',
    registers,
  });
  const duration: Histogram = new Histogram({
    name: 'vicuna_request_seconds',
    help: 'From a request to the end of its answer.',
    labelNames: ['route', 'model'],
    buckets: SECONDS,
    registers,
  });
  const firstToken: Histogram = new Histogram({
    name: 'vicuna_time_to_first_token_seconds',
    help: 'From a request to the first piece of its reply.',
    labelNames: ['model'],
    buckets: SECONDS,
    registers,
  });
  const speed: Histogram = new Histogram({
    name: 'vicuna_reply_tokens_per_second',
    help: 'Speed of a reply after its first piece.',
    labelNames: ['model'],
    buckets: TOKENS_PER_SECOND,
    registers,
  });
  const tokens: Counter = new Counter({
    name: 'vicuna_tokens_total',
    help: 'Tokens of prompts and of replies.',
    labelNames: ['model', 'kind'],
    registers,
  });
  return {
    registry,
    contentType: registry.contentType,
    text: () => registry.metrics(),
    begin: () => running.inc(),
    end(entry) {
      running.dec();
      // A model that is not there is the client's word: as a label it would let anybody fill the memory.
      const model = entry.failure === 'model-not-found' ? '' : (entry.model ?? '');
      const { route } = entry;
      requests.inc({ route, model, status: entry.status, outcome: entry.failure ?? 'ok' });
      duration.observe({ route, model }, entry.milliseconds / 1000);
      tokens.inc({ model, kind: 'prompt' }, entry.promptTokens);
      tokens.inc({ model, kind: 'completion' }, entry.completionTokens);
      if (entry.firstTokenMilliseconds === undefined) return;
      firstToken.observe({ model }, entry.firstTokenMilliseconds / 1000);
      const seconds = (entry.milliseconds - entry.firstTokenMilliseconds) / 1000;
      if (entry.completionTokens > 1 && seconds > 0) speed.observe({ model }, (entry.completionTokens - 1) / seconds);
    },
  };
}
