import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vicunaV1_1 } from '../../../src/conversation/index.js';
import { explainMask } from '../../../src/data/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';
import { conversationOf } from '../../support/conversations.js';
import { projectDirectory } from '../../support/shared-data.js';

const execute = promisify(execFile);

const tokenizer = byteTokenizer();
const brief = { ...vicunaV1_1, systemMessage: 'Be kind.' };
const conversation = {
  id: 'chat_0',
  messages: [
    { role: 'user', content: 'Hi\nthere' },
    { role: 'assistant', content: 'Yo\n\nmate' },
  ],
} as const;

describe('explainMask', () => {
  it('shows what is learned and counts the tokens of every turn', async () => {
    expect(await explainMask(conversation, { tokenizer, template: brief, color: false })).toBe(
      [
        'chat_0 vicuna_v1.1: 45 tokens, 10 learned (22 %)',
        '',
        'system 9 tokens',
        '│ Be kind. ',
        '',
        'user 15 tokens',
        '│ USER: Hi',
        '│ there ',
        '',
        'assistant 20 tokens, 10 learned',
        '│ ASSISTANT:⟦ Yo⟧',
        '│ ',
        '│ ⟦mate</s>⟧',
        '',
        '⟦learned⟧ read, not learned',
        '',
      ].join('\n'),
    );
  });

  it('uses colours in place of brackets', async () => {
    const shown = await explainMask(conversation, { tokenizer, template: brief, color: true });
    expect(shown).toContain('ASSISTANT:\u001b[42m\u001b[30m Yo\u001b[39m\u001b[49m');
    expect(shown).not.toContain('⟦');
  });

  it('shows what a limit cuts off', async () => {
    const shown = await explainMask(conversation, { tokenizer, template: brief, maxTokens: 40, color: false });
    expect(shown).toContain('45 tokens, 5 learned (11 %), 5 cut off (limit 40)');
    expect(shown).toContain('│ ⟨mate</s>⟩');
  });

  it('lets nothing in a conversation drive the terminal', async () => {
    const harmless = new Set(['\n', '\u200c', '\u200d', '\ufe0e', '\ufe0f']);
    // Whatever Unicode calls a control, a format character, half a pair or invisible.
    const isDangerous = (character: string) =>
      /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u.test(character) && !harmless.has(character);
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u001b]0;x\u0007', '\u009b2J', '\u202e', '\ud83d'),
    );
    const text = fc.array(hostile).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(conversationOf({ text }), async (untrusted) => {
        const shown = await explainMask(untrusted, { tokenizer, color: false });
        expect(Array.from(shown).filter(isDangerous)).toEqual([]);
      }),
    );
    const escaped = await explainMask({ ...conversation, id: '\u001b[2J' }, { tokenizer, color: false });
    expect(escaped.startsWith('␛[2J ')).toBe(true);
  });

  it('honours NO_COLOR', async () => {
    const code = `
      import { explainMask } from './src/data/index.ts';
      import { byteTokenizer } from './src/testing/index.ts';
      const conversation = { id: 'a', messages: [{ role: 'assistant', content: 'Yo' }] };
      console.log(await explainMask(conversation, { tokenizer: byteTokenizer() }));`;
    const show = async (env: Record<string, string>) => {
      const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env;
      const args = ['--import', 'tsx', '--input-type=module', '-e', code];
      return (await execute(process.execPath, args, { cwd: projectDirectory, env: { ...rest, ...env } })).stdout;
    };
    expect(await show({ FORCE_COLOR: '1' })).toContain('\u001b[42m');
    expect(await show({ NO_COLOR: '1' })).toContain('⟦ Yo</s>⟧');
  });

  it('says what is wrong with a conversation or a template', async () => {
    const messages = [conversation.messages[0], { role: 'system', content: 'x' } as const];
    await expect(explainMask({ id: 'a', messages }, { tokenizer })).rejects.toThrow(/role "system"/);
    const template = { ...brief, controlTokens: ['<end>'] };
    await expect(explainMask(conversation, { tokenizer, template })).rejects.toThrow(/"<end>" is not a special token/);
  });
});
