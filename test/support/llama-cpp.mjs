// What llama.cpp makes of GGUF files, through node-llama-cpp's public interface:
// node llama-cpp.mjs MODULES '[{"model":…,"texts":[…],"prompts":[[ids]],"count":n}]' prints one JSON list.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, input] = process.argv.slice(2);
const entry = join(modules, 'node-llama-cpp/dist/index.js');
const { getLlama } = await import(pathToFileURL(entry).href);
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error', maxThreads: 2 });
const output = [];
for (const { model: modelPath, texts, prompts, count } of JSON.parse(input)) {
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({
    contextSize: 256,
    threads: 1,
    // As exact as ours: keys and values are float16 otherwise.
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  const sequence = context.getSequence();
  const replies = [];
  for (const prompt of prompts) {
    await sequence.clearHistory();
    const reply = [];
    for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
      reply.push(token);
      if (token === model.tokens.eos || reply.length === count) break;
    }
    replies.push({ ids: reply, text: model.detokenize(reply.filter((token) => token !== model.tokens.eos)) });
  }
  const ids = texts.map((text) => model.tokenize(text, false));
  const { bos, eos, shouldPrependBosToken } = model.tokens;
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  output.push({ ids, replies, tokens: { bos, eos, shouldPrependBosToken }, template });
  await context.dispose();
  await model.dispose();
}
process.stdout.write(`${JSON.stringify({ release: llama.llamaCppRelease.release, output })}\n`);
await llama.dispose();
