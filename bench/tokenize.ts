// Claim: tokenising and masking conversations is faster here than in Python, with the same result.
// Beside us in one run, where VICUNA_PYTHON names a Python with `tokenizers`: that package with a mask from offsets, and
// FastChat's own trainer code where FASTCHAT_DIR holds its checkout.
// Arguments: a tokenizer directory or tokenizer.json, and a ShareGPT file of markdown; by default the reference data.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Conversation, renderConversation, vicunaV1_1 } from '../src/conversation/index.js';
import { ConversationSegmenter, superviseConversations } from '../src/data/index.js';
import { loadTokenizer } from '../src/tokenizer/index.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { PythonPeer } from './support/python-peer.js';

const maxTokens = 2048;
const here = dirname(fileURLToPath(import.meta.url));
const shared = join(process.env.VICUNA_SHARED ?? join(here, '../../shared'), 'data');
const [
  tokenizerPath = join(shared, 'tokenizer/llama-tokenizer.json'),
  conversationsPath = join(shared, 'conversations/vicuna-sample-230629.json'),
] = process.argv.slice(2);

const tokenizer = await loadTokenizer(tokenizerPath);
const records = JSON.parse(await readFile(conversationsPath, 'utf8')) as {
  id: string;
  conversations: { from: string; value: string }[];
}[];
const conversations = records.map(
  ({ id, conversations: turns }): Conversation => ({
    id,
    messages: turns.map(({ from, value }) => ({ role: from === 'human' ? 'user' : 'assistant', content: value })),
  }),
);
const segmenter = await ConversationSegmenter.create({ maxTokens }, { tokenizer });
const segments: Conversation[] = [];
for await (const { unfinished: _, ...segment } of segmenter.segment(conversations)) segments.push(segment);
const texts = segments.map((segment) => renderConversation(segment, vicunaV1_1).text);
const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

const directory = await mkdtemp(join(tmpdir(), 'vicuna-bench-'));
try {
  await tokenizer.save(directory);
  const lines = segments.map((segment) => JSON.stringify(segment)).join('\n');
  await writeFile(join(directory, 'segments.jsonl'), lines);
  const script = join(here, 'peers/tokenize_mask.py');
  const args = [directory, join(directory, 'segments.jsonl'), String(maxTokens)];
  const peer = await PythonPeer.start<{ ways: string[] }, Round>(script, args);
  if (peer === undefined) console.log('No peer: VICUNA_PYTHON names no Python with tokenizers.');
  await measure(peer);
  peer?.close();
} finally {
  await rm(directory, { recursive: true });
}

interface Round {
  readonly seconds: number;
  readonly tokens: number;
  readonly supervised: number;
}

async function measure(peer: PythonPeer<{ ways: string[] }, Round> | undefined): Promise<void> {
  const results = new Map<string, string>();
  const timed = (name: string, work: () => Promise<Round>) => async () => {
    const { seconds, tokens, supervised } = await work();
    results.set(name, `${tokens} tokens, ${supervised} learned`);
    return seconds;
  };
  const clocked = async (work: () => Promise<Omit<Round, 'seconds'>>) => {
    const started = performance.now();
    return { ...(await work()), seconds: (performance.now() - started) / 1000 };
  };
  const contestants: Record<string, () => Promise<number>> = {
    'ours: tokenise + mask': timed('ours: tokenise + mask', () => clocked(supervise)),
    'ours: segment': timed('ours: segment', () => clocked(segment)),
    'ours: encodeBatch alone': timed('ours: encodeBatch alone', () => clocked(encodeOnly)),
  };
  for (const way of peer?.ready.ways ?? [])
    contestants[`Python: ${way}`] = timed(`Python: ${way}`, () => peer!.round(way));

  const figures = await alternate(contestants, { rounds: 15, warmUps: 2 });
  const ours = figures['ours: tokenise + mask']!;
  console.log(`${segments.length} conversations, ${megabytes.toFixed(2)} MB, at most ${maxTokens} tokens each`);
  for (const [name, seconds] of Object.entries(figures)) {
    const { minimum, median } = summarise(seconds);
    const rate = (time: number) =>
      `${(megabytes / time).toFixed(1)} MB/s, ${(segments.length / time).toFixed(0)} conversations/s`;
    const beside = name.startsWith('Python')
      ? `; ours is ${summarise(ratios(seconds, ours)).median.toFixed(2)} times as fast`
      : '';
    console.log(`${name}: best ${rate(minimum)}; median ${rate(median)}${beside} (${results.get(name)})`);
  }
}

async function supervise() {
  const { tokens, supervisedTokens } = await superviseConversations(segments, { maxTokens }, { tokenizer }).result;
  return { tokens, supervised: supervisedTokens };
}

async function segment() {
  const { tokens } = await segmenter.segment(conversations).result;
  return { tokens, supervised: 0 };
}

async function encodeOnly() {
  const encodings = await tokenizer.encodeBatch(texts);
  return { tokens: encodings.reduce((sum, { length }) => sum + length, 0), supervised: 0 };
}
