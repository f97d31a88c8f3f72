import { Random } from '../../src/core/index.js';
import type { EndpointBehaviour, EndpointFault, EndpointRequest, EndpointScript } from './openai-endpoint.js';

/** Retry hints in each form that endpoints use, and none, so short that a test does not wait for them. */
const retryHints: readonly (() => Readonly<Record<string, string>>)[] = [
  () => ({ 'retry-after': '0' }),
  () => ({ 'retry-after': '0.01' }),
  () => ({ 'retry-after-ms': '10' }),
  () => ({ 'retry-after': new Date(Date.now()).toUTCString() }),
  () => ({}),
];

const faults: readonly ((random: Random) => EndpointFault | { readonly text: '' })[] = [
  (random) => ({ fault: 'status', status: 429, headers: retryHints[random.integer(retryHints.length)]!() }),
  () => ({ fault: 'status', status: 500 }),
  () => ({ fault: 'status', status: 503, headers: { 'retry-after': '0' }, body: '<html>Service unavailable</html>' }),
  () => ({ fault: 'reset' }),
  () => ({ fault: 'reset', amid: true }),
  () => ({ fault: 'stall' }),
  () => ({ fault: 'stall', amid: true }),
  () => ({ fault: 'truncate' }),
  () => ({ fault: 'invalid-json' }),
  () => ({ text: '' }),
];

/**
 * Puts faults of every kind in front of what a script does: each key meets up to `worst` of them in a row and then its
 * reply. What happens depends on seed and key alone, not on the order in which calls arrive. Clients need a timeout well
 * under a second, or they wait for stalls.
 *
 * @param worst - most faults before a reply; a client that retries as often gets through.
 */
export function hostile(script: EndpointScript, { seed = 1, worst = 4 } = {}): EndpointScript {
  return (request: EndpointRequest): EndpointBehaviour | Promise<EndpointBehaviour> => {
    if (request.attempt >= Random.fromSeed(seed, request.key).integer(worst + 1)) return script(request);
    const random = Random.fromSeed(seed, `${request.key} ${request.attempt}`);
    return faults[random.integer(faults.length)]!(random);
  };
}
