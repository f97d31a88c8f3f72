// The peer of bench/serve.ts: Node's own HTTP server, which streams what the model makes and does nothing else.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ask, countingModel } from '../../test/serve/support/counting-model.js';

const model = countingModel(JSON.parse(process.argv[2]!));
const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url!, 'http://localhost');
  const messages = ask(searchParams.get('name')!, Number(searchParams.get('tokens')));
  for await (const { text } of model.chat(messages)) if (!response.write(text)) await once(response, 'drain');
  response.end();
});
// A connection that the client keeps must not be closed just when it is used again.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send!((server.address() as { port: number }).port));
process.on('disconnect', () => process.exit());
