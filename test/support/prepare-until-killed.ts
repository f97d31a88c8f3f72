// Prepares data in small shards and prints every event, until it is done or killed.
import { prepareDataset } from '../../src/data/index.js';

const [inputs, tokenizer, outputDirectory, workers] = process.argv.slice(2) as [string, string, string, string];
const config = { inputs, tokenizer, outputDirectory, maxTokens: 600, shardBytes: 40_000, keepConversations: true };
const run = prepareDataset(config, { workers: Number(workers) });
for await (const event of run) process.stdout.write(`${JSON.stringify(event)}\n`);
