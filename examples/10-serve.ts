// Serves a model over OpenAI's API on a free port, and asks it as any client of that API would: streamed, held to a JSON
// schema, with its log probabilities, and as points.
//
//   node --import tsx examples/10-serve.ts [model directory]
import { existsSync } from 'node:fs';
import OpenAI from 'openai';
import { createApiKey, createHandler, hashApiKey, listen, VicunaModel } from 'vicuna-sdk';

const [, , directory = 'assistant'] = process.argv;
if (!existsSync(directory)) {
  console.error(`There is no model in ${directory}. Make one with examples/04-train.ts or npm run demo.`);
  process.exit(1);
}

await using model = await VicunaModel.load(directory);
const key = createApiKey();
const handler = await createHandler({ keys: [{ id: 'example', hash: hashApiKey(key) }] }, { models: [model] });
await using server = await listen(handler, { port: 0 });
const client = new OpenAI({ baseURL: new URL('/v1', server.url).href, apiKey: key });

const messages = [{ role: 'user' as const, content: 'Who keeps the lighthouse of Port Ambra?' }];
const stream = await client.chat.completions.create({ model: model.id, messages, temperature: 0, stream: true });
for await (const { choices } of stream) process.stdout.write(choices[0]?.delta.content ?? '');
process.stdout.write('\n\n');

const schema = {
  type: 'object',
  properties: { open: { type: 'boolean' }, keepers: { type: 'integer', minimum: 0, maximum: 9 } },
  required: ['open', 'keepers'],
};
const structured = await client.chat.completions.create({
  model: model.id,
  messages,
  temperature: 0,
  max_tokens: 60,
  response_format: { type: 'json_schema', json_schema: { name: 'lighthouse', schema, strict: true } },
});
console.log('As JSON:', JSON.parse(structured.choices[0]!.message.content ?? ''));

const { choices, usage } = await client.chat.completions.create({
  model: model.id,
  messages,
  temperature: 0,
  max_tokens: 3,
  logprobs: true,
  top_logprobs: 2,
});
for (const { token, logprob } of choices[0]!.logprobs?.content ?? [])
  console.log(JSON.stringify(token), Math.exp(logprob).toFixed(3));
console.log('Prompt tokens that were known from before:', usage?.prompt_tokens_details?.cached_tokens);

const { data } = await client.embeddings.create({ model: model.id, input: ['a lighthouse', 'a lamp by the sea'] });
const [one, other] = data.map(({ embedding }) => embedding);
console.log('Cosine of two texts:', one!.reduce((sum, value, index) => sum + value * other![index]!, 0).toFixed(3));
