import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isChatTemplate, renderPrompt, vicunaV1_1 } from '../../src/conversation/index.js';
import { superviseConversations } from '../../src/data/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { templateSources, templateTokenizer } from '../support/chat-templates.js';
import { temporaryDirectory } from '../support/temporary.js';

const source = templateSources().get('marked-turns')!;
const question = [{ role: 'user', content: 'Hi' }] as const;

/** A foreign model's directory, which says nothing of ours. */
async function foreignModel(write: (directory: string) => Promise<unknown>): Promise<string> {
  const directory = join(await temporaryDirectory(), 'model');
  const tokenizer = await templateTokenizer();
  const shape = { hiddenSize: 16, layers: 1, heads: 2, ffnSize: 32, contextLength: 256 };
  await using model = await VicunaModel.create(shape, { tokenizer });
  await model.save(directory);
  await forget(directory);
  await rm(join(directory, 'chat_template.jinja'));
  await write(directory);
  return directory;
}

/** Leaves what other software sees of a model. */
async function forget(directory: string): Promise<void> {
  const path = join(directory, 'config.json');
  const { vicuna: _, ...config } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify(config));
}

const inConfig = (template: unknown) => async (directory: string) => {
  const path = join(directory, 'tokenizer_config.json');
  const config = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...config, chat_template: template }));
};
const inFile = (directory: string) => writeFile(join(directory, 'chat_template.jinja'), source);
const inFolder = async (directory: string) => {
  await inConfig('never this')(directory);
  await inFile(directory);
  await mkdir(join(directory, 'additional_chat_templates'));
  await writeFile(join(directory, 'additional_chat_templates/other.jinja'), `other ${source}`);
};

describe('a model with a chat template of its own', () => {
  it.each<[string, (directory: string) => Promise<unknown>]>([
    ['a text in tokenizer_config.json', inConfig(source)],
    [
      'one of several by name',
      inConfig([
        { name: 'tool_use', template: 'no' },
        { name: 'default', template: source },
      ]),
    ],
    ['chat_template.jinja, before tokenizer_config.json', inFolder],
  ])('chats and is trained with it, saved and loaded again too: %s', async (_, write) => {
    const directory = await foreignModel(write);
    await using model = await VicunaModel.load(directory, { chatTemplate: { variables: { kind: true } } });
    const { template, tokenizer } = model;
    expect(isChatTemplate(template) && template.source).toBe(source);
    const { usage } = await model.chat(question, { maxTokens: 2 }).result;
    expect(usage.promptTokens).toBeGreaterThan(20);
    const conversation = { id: 'a', messages: [...question, { role: 'assistant', content: 'Yo' } as const] };
    for await (const { tokens, labels } of superviseConversations([conversation], { template }, { tokenizer })) {
      expect(
        await tokenizer.decode(
          labels.filter((label) => label >= 0),
          { skipSpecialTokens: false },
        ),
      ).toBe('Yo<|stop|>');
      expect([...tokens].filter((id) => id === tokenizer.beginToken?.id)).toEqual([]);
    }
    await model.save(join(directory, 'again'));
    await model.saveGguf(join(directory, 'again.gguf'), { type: 'F32' });
    for (const path of ['again', 'again.gguf']) {
      await using again = await VicunaModel.load(join(directory, path));
      expect(again.template).toEqual({ ...template, name: again.template.name });
    }
    await rm(directory, { recursive: true });
  });

  it('is saved with the one it was trained with, which other software then finds before its own', async () => {
    const directory = await foreignModel(inConfig(source));
    const saved = join(directory, 'saved');
    await using model = await VicunaModel.load(directory, { template: 'vicuna_v1.1' });
    await model.save(saved);
    await forget(saved);
    await using seen = await VicunaModel.load(saved);
    expect(isChatTemplate(seen.template)).toBe(true);
    expect(renderPrompt(question, seen.template).text).toBe(`<s>${renderPrompt(question, vicunaV1_1).text}`);
  });

  it('names the templates that there are where another is asked for', async () => {
    const directory = await foreignModel(inFolder);
    await using other = await VicunaModel.load(directory, { chatTemplate: { name: 'other' } });
    expect(isChatTemplate(other.template) && other.template.source).toBe(`other ${source}`);
    await expect(VicunaModel.load(directory, { chatTemplate: { name: 'rag' } })).rejects.toThrow(
      /it has default, other/,
    );
  });
});
