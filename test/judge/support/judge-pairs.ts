// Judges thirty pairs with a judge behind an endpoint, and keeps them in a store: what a test kills.
import { PairwiseJudge } from '../../../src/judge/index.js';
import { openaiChatModel } from '../../../src/openai/index.js';
import { pairsOf } from './pairs.js';

const [baseURL, store] = process.argv.slice(2) as [string, string];
const judge = openaiChatModel({ model: 'test', baseURL, apiKey: 'none' });
await using pairwise = await PairwiseJudge.create({ concurrency: 4 }, { judge, store });
await pairwise.compare(pairsOf(30)).result;
