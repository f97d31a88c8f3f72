import { expect, it, vi } from 'vitest';
import { natsGatewayBus, natsWorkerBus } from '../../../src/serve/index.js';

const token = 'token-of-the-tests';

vi.mock('@nats-io/transport-node', () => {
  throw new Error('Cannot find package');
});

it('The NATS bus says what to install where its client is missing, and what is wrong in its options', async () => {
  const servers = 'nats://127.0.0.1:4222';
  const missing = { code: 'bus-unavailable', message: expect.stringContaining('npm install @nats-io/transport-node') };
  await expect(natsGatewayBus({ servers, tokens: [token] })).rejects.toMatchObject(missing);
  await expect(natsWorkerBus({ servers, token })).rejects.toMatchObject(missing);
  for (const wrong of [
    { servers: [] },
    { servers, prefix: 'a.b' },
    { servers, authentication: { user: 'u' } as never },
  ])
    await expect(natsWorkerBus({ ...wrong, token })).rejects.toMatchObject({ code: 'config-invalid' });
});
