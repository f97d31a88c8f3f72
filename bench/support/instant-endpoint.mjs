// An endpoint of the chat completions API that answers at once, in a process of its own, so that its work is not counted
// as its client's. Prints where it listens; ends with its standard input.
import { createServer } from 'node:http';

const content = '8 9\nThe second answer goes into more detail, and what it says is right.';
const reply = Buffer.from(
  JSON.stringify({
    id: 'bench',
    object: 'chat.completion',
    created: 0,
    model: 'bench',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 800, completion_tokens: 20, total_tokens: 820 },
  }),
);
const headers = { 'content-type': 'application/json', 'content-length': reply.length };
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200, headers).end(reply));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/v1`));
process.stdin.on('end', () => process.exit()).resume();
