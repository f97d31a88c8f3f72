import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTokenizer, TokenizerError } from '../../src/tokenizer/index.js';
import { filesOf, llamaTokenizerPath, tinyLlamaJson } from '../support/tokenizers.js';

const names = async (tokenizer: Awaited<ReturnType<typeof loadTokenizer>>, text: string) =>
  Array.from((await tokenizer.encode(text)).ids, (id) => tokenizer.idToToken(id));

describe('loadTokenizer', () => {
  it.skipIf(!llamaTokenizerPath)("loads LLaMA's tokenizer from its file alone", async () => {
    const tokenizer = await loadTokenizer(llamaTokenizerPath!);
    expect(tokenizer).toMatchObject({
      vocabularySize: 32000,
      beginToken: { id: 1, text: '<s>' },
      endToken: { id: 2, text: '</s>' },
      endTokenIds: [2],
    });
    const { ids } = await tokenizer.encode('Hello world');
    expect(ids).toEqual(Int32Array.of(1, 15043, 3186));
    expect(await tokenizer.decode(ids)).toBe('Hello world');
  });

  it('reads a directory', async () => {
    const tokenizer = await loadTokenizer(await filesOf({ 'tokenizer.json': tinyLlamaJson() }));
    expect(await names(tokenizer, 'the USER')).toEqual(['<s>', '▁the', '▁USER']);
    expect(tokenizer.tokenToId('▁the')).toBe(tokenizer.vocabularySize - 8);
    expect(tokenizer.tokenToId('nothing')).toBeUndefined();
    expect(tokenizer.idToToken(-1)).toBeUndefined();
    expect(tokenizer.idToToken(tokenizer.vocabularySize)).toBeUndefined();
  });

  it('takes the begin and end tokens from tokenizer_config.json, by name or as an object', async () => {
    const directory = await filesOf({
      'tokenizer.json': tinyLlamaJson(),
      'tokenizer_config.json': { bos_token: { content: '</s>' }, eos_token: 'the▁', add_bos_token: null },
    });
    await expect(loadTokenizer(directory)).rejects.toThrow(/eos_token "the▁" is not in the vocabulary/);
    const { beginToken, endToken } = await loadTokenizer(directory, { endToken: 'he' });
    expect(beginToken?.text).toBe('</s>');
    expect(endToken.text).toBe('he');
  });

  it('takes them from special_tokens_map.json where the config is silent', async () => {
    const directory = await filesOf({
      'tokenizer.json': tinyLlamaJson(),
      'tokenizer_config.json': { eos_token: null, model_max_length: 2048 },
      'special_tokens_map.json': { eos_token: '<unk>' },
    });
    expect((await loadTokenizer(directory)).endToken.text).toBe('</s>');
  });

  it('takes every end token from generation_config.json', async () => {
    const directory = await filesOf({
      'tokenizer.json': tinyLlamaJson(),
      'generation_config.json': { bos_token_id: 1, eos_token_id: [2, 0] },
    });
    expect((await loadTokenizer(directory)).endTokenIds).toEqual([2, 0]);
  });

  it('lets add_bos_token and add_eos_token overrule the template of the file', async () => {
    const config = { bos_token: '<s>', eos_token: '</s>' };
    const load = async (settings: object, json: object = {}) =>
      loadTokenizer(
        await filesOf({
          'tokenizer.json': tinyLlamaJson({ ...json }),
          'tokenizer_config.json': { ...config, ...settings },
        }),
      );
    expect(await names(await load({}), 'the')).toEqual(['<s>', '▁the']);
    expect(await names(await load({ add_bos_token: false }), 'the')).toEqual(['▁the']);
    expect(await names(await load({ add_eos_token: true }), 'the')).toEqual(['<s>', '▁the', '</s>']);
    expect(await names(await load({ add_bos_token: true }, { post_processor: null }), 'the')).toEqual(['<s>', '▁the']);
  });

  it('does not inherit the truncation, padding and dropout that a file was saved with', async () => {
    const json = tinyLlamaJson({
      truncation: { direction: 'Right', max_length: 2, strategy: 'LongestFirst', stride: 0 },
      padding: {
        strategy: { Fixed: 9 },
        direction: 'Right',
        pad_to_multiple_of: null,
        pad_id: 0,
        pad_type_id: 0,
        pad_token: '<unk>',
      },
    });
    json.model.dropout = 0.9;
    const tokenizer = await loadTokenizer(await filesOf({ 'tokenizer.json': json }));
    for (let round = 0; round < 5; round++)
      expect(await names(tokenizer, 'the the the')).toEqual(['<s>', '▁the', '▁the', '▁the']);
  });

  it.each([
    [
      'there is no such file',
      async () => join(await filesOf({}), 'nothing.json'),
      /nothing\.json: there is no such file/,
    ],
    [
      'the directory has no tokenizer.json',
      () => filesOf({ 'tokenizer.model': '' }),
      /has no tokenizer\.json.*convert/,
    ],
    ['the file is not JSON', () => filesOf({ 'tokenizer.json': '{"model": {' }), /tokenizer\.json: not JSON/],
    ['the file is other JSON', () => filesOf({ 'tokenizer.json': { model: [] } }), /tokenizer\.json: model/],
    ['there is no vocabulary', () => filesOf({ 'tokenizer.json': { model: { type: 'BPE' } } }), /model\.vocab/],
    [
      'the native library refuses it',
      () => filesOf({ 'tokenizer.json': tinyLlamaJson({ model: { type: 'BPE', vocab: { a: 0 }, merges: ['a b'] } }) }),
      /tokenizers package cannot use this file/,
    ],
    [
      'nothing says how texts end',
      () =>
        filesOf({
          'tokenizer.json': { added_tokens: [], model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' } },
        }),
      /which token ends a text.*endToken/,
    ],
    [
      'an end token id is beyond the vocabulary',
      () => filesOf({ 'tokenizer.json': tinyLlamaJson(), 'generation_config.json': { eos_token_id: 99999 } }),
      /eos_token_id 99999 is not in the vocabulary/,
    ],
    [
      'a companion file is garbled',
      () => filesOf({ 'tokenizer.json': tinyLlamaJson(), 'tokenizer_config.json': { eos_token: 7 } }),
      /tokenizer_config\.json: eos_token/,
    ],
  ])('says so where %s', async (_, make, message) => {
    const error = await loadTokenizer(await make()).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TokenizerError);
    expect(error.code).toBe('tokenizer-unreadable');
    expect(error.message).toMatch(message);
  });
});
