import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byteTokenizer } from '../../src/testing/index.js';
import { loadTokenizer, trainTokenizer } from '../../src/tokenizer/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { anyLlama, filesOf, tinyLlamaJson } from '../support/tokenizers.js';
import { pythonWithTransformers, runPython } from '../support/transformers.js';

const texts = ['Hello world', 'USER: Grüße, 世界 😀 ASSISTANT: the</s>USER: again', '', '  two  spaces\n\n\ttab'];

describe('save', () => {
  it('writes tokenizer.json as it was, and the settings it was loaded with', async () => {
    const config = {
      tokenizer_class: 'LlamaTokenizerFast',
      bos_token: '<s>',
      eos_token: '</s>',
      chat_template: '{{ x }}',
    };
    const source = `${JSON.stringify(tinyLlamaJson(), undefined, 1)}\n`;
    const from = await filesOf({ 'tokenizer.json': source, 'tokenizer_config.json': config });
    const to = await temporaryDirectory();
    await (await loadTokenizer(from)).save(to);
    expect(await readFile(join(to, 'tokenizer.json'), 'utf8')).toBe(source);
    expect(JSON.parse(await readFile(join(to, 'tokenizer_config.json'), 'utf8'))).toEqual({
      ...config,
      clean_up_tokenization_spaces: false,
    });
  });

  it('names begin and end tokens, so that nothing has to be guessed again', async () => {
    const to = await temporaryDirectory();
    await (await loadTokenizer(await filesOf({ 'tokenizer.json': tinyLlamaJson() }), { endToken: 'he' })).save(to);
    expect((await loadTokenizer(to)).endToken.text).toBe('he');
  });

  it('says so where it cannot write', async () => {
    const tokenizer = byteTokenizer();
    await expect(tokenizer.save(join(await temporaryDirectory(), 'missing'))).rejects.toMatchObject({
      code: 'file-unwritable',
      message: expect.stringMatching(/missing.*tokenizer\.json.*check that the directory exists/),
    });
  });

  it.skipIf(!pythonWithTransformers)('is read by transformers, with the same ids and texts', async () => {
    const llama = await anyLlama();
    const trained = await trainTokenizer(texts, { vocabularySize: 300 }).result;
    // transformers looks at a model's config.json too before it picks a class.
    const cases = [
      { tokenizer: llama },
      { tokenizer: llama, config: { model_type: 'llama', architectures: ['LlamaForCausalLM'] } },
      { tokenizer: trained },
      { tokenizer: trained, config: { model_type: 'llama' } },
      { tokenizer: byteTokenizer() },
    ];
    const directories: string[] = [];
    const expected = [];
    for (const { tokenizer, config } of cases) {
      const directory = await temporaryDirectory();
      directories.push(directory);
      await tokenizer.save(directory);
      if (config !== undefined) await writeFile(join(directory, 'config.json'), JSON.stringify(config));
      const encodings = await tokenizer.encodeBatch(texts);
      expected.push({
        ids: encodings.map(({ ids }) => [...ids]),
        texts: await Promise.all(encodings.map(({ ids }) => tokenizer.decode(ids))),
        special: [tokenizer.beginToken?.id, tokenizer.endToken.id],
      });
    }
    expect(await runPython(readWithTransformers, JSON.stringify(texts), ...directories)).toEqual(expected);
  });
});

const readWithTransformers = `
import json, sys
from transformers import AutoTokenizer
texts = json.loads(sys.argv[1])
results = []
for directory in sys.argv[2:]:
    tokenizer = AutoTokenizer.from_pretrained(directory)
    ids = [tokenizer(text).input_ids for text in texts]
    results.append({"ids": ids, "texts": [tokenizer.decode(row, skip_special_tokens=True) for row in ids],
        "special": [tokenizer.bos_token_id, tokenizer.eos_token_id]})
print(json.dumps(results))`;
