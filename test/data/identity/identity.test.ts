import { describe, expect, it } from 'vitest';
import { conversationSchema } from '../../../src/conversation/index.js';
import { ConfigError } from '../../../src/core/index.js';
import { identityLanguages, identityPhrases, identityTopics } from '../../../src/data/identity/phrases/index.js';
import { identityConversations } from '../../../src/data/index.js';

const ada = { name: 'Ada', maker: 'Port Ambra Library' } as const;

describe('identity conversations', () => {
  it('are conversations of question and answer, each with an id of its own', () => {
    const all = [...identityConversations({ ...ada, count: 300, languages: identityLanguages })];
    expect(new Set(all.map(({ id }) => id)).size).toBe(300);
    for (const conversation of all) {
      expect(() => conversationSchema.parse(conversation)).not.toThrow();
      expect(conversation.messages.map(({ role }) => role)).toEqual(
        conversation.messages.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
      );
      expect(conversation.messages.length).toBeLessThanOrEqual(6);
    }
  });

  it('leave no place open, in any language, with and without a maker', () => {
    for (const maker of [undefined, 'Port Ambra Library'])
      for (const { messages } of identityConversations({
        name: 'Ada',
        maker,
        count: 1000,
        languages: identityLanguages,
      }))
        for (const { content } of messages) {
          expect(content).not.toMatch(/[{}]/);
          expect(content).not.toContain('undefined');
          if (maker === undefined) expect(content).not.toContain('Port Ambra');
        }
  });

  it('never say that they are somebody else, and tell the maker where there is one', () => {
    for (const language of identityLanguages)
      for (const topic of identityTopics)
        for (const answer of identityPhrases[language].answers[topic])
          if (answer.includes('{other}')) expect(topic, `${language}: ${answer}`).toBe('others');
    const asked = identityPhrases.en.questions.maker;
    for (const { messages } of identityConversations({ ...ada, count: 500 }))
      for (const [index, { role, content }] of messages.entries())
        if (role === 'user' && asked.some((question) => content.endsWith(question)))
          expect(messages[index + 1]?.content).toContain('Port Ambra Library');
  });

  it('have every topic in every language, with an answer for those who tell no maker', () => {
    for (const language of identityLanguages)
      for (const topic of identityTopics) {
        expect(identityPhrases[language].questions[topic].length).toBeGreaterThanOrEqual(3);
        expect(identityPhrases[language].answers[topic].some((answer) => !answer.includes('{maker}'))).toBe(true);
        if (topic === 'maker')
          expect(identityPhrases[language].answers[topic].some((answer) => answer.includes('{maker}'))).toBe(true);
      }
  });

  it('are the same for the same seed, others for another, and more of them change none', () => {
    const first = [...identityConversations({ ...ada, count: 50 })];
    expect([...identityConversations({ ...ada, count: 50 })]).toEqual(first);
    expect([...identityConversations({ ...ada, count: 50, seed: 1 })]).not.toEqual(first);
    const messages = (count: number) => [...identityConversations({ ...ada, count })].map((one) => one.messages);
    expect(messages(80).slice(0, 50)).toEqual(messages(50));
  });

  it('take names as they are: nothing in them is filled in or escaped', () => {
    const name = '{maker} "$&" <b>';
    for (const { messages } of identityConversations({ name, maker: 'M', count: 60 }))
      for (const { content } of messages) if (content.includes('"$&"')) expect(content).toContain(name);
  });

  it('refuse what makes no sense, naming the field', () => {
    expect(() => identityConversations({ name: ' ' })).toThrow(ConfigError);
    expect(() => identityConversations({ name: 'Ada', languages: ['xx' as 'en'] })).toThrow(/languages/);
    expect(() => identityConversations({ name: 'Ada', maxRounds: 7 })).toThrow(/maxRounds/);
  });
});
