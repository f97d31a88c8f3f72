import type { ChatModel } from '../conversation/index.js';
import { ConfigError, parseConfig, type Resolved } from '../core/index.js';
import type { JudgeTask } from './ask.js';
import { judgeConfigSchema, kindFinder, type PairwiseJudgeConfig } from './config.js';
import {
  checkTemplates,
  type JudgePrompt,
  type JudgeTemplateKind,
  type JudgeTemplates,
  judgeTemplates,
  renderPrompt,
} from './templates/index.js';
import type { Answer, JudgeMode, Question } from './types.js';

/** A checked configuration, and what follows from it. */
export class JudgeSettings {
  readonly config: Resolved<PairwiseJudgeConfig>;
  readonly callOptions: JudgeTask<unknown>['options'];
  readonly #templates: JudgeTemplates;
  readonly #kindOf: (question: Question) => JudgeTemplateKind;

  /** @throws ConfigError naming every field at fault. */
  constructor(config: PairwiseJudgeConfig) {
    this.config = parseConfig(judgeConfigSchema, config, 'PairwiseJudge config');
    const { mode, templates, categories, temperature, maxTokens } = this.config;
    const given = Object.entries(templates).filter(([, template]) => template !== undefined);
    this.#templates = { ...judgeTemplates(mode), ...Object.fromEntries(given) };
    checkTemplates(this.#templates, mode, (kind) => this.#kindShowsReference(kind));
    this.#kindOf = kindFinder(categories);
    this.callOptions = { maxTokens, ...(temperature === 'model' ? {} : { temperature }) };
  }

  get mode(): JudgeMode {
    return this.config.mode;
  }

  /** @throws ConfigError where the mode is none of those a method works in. */
  requireMode<Mode extends JudgeMode>(method: string, ...modes: readonly Mode[]): Mode {
    const { mode } = this.config;
    if ((modes as readonly JudgeMode[]).includes(mode)) return mode as Mode;
    const wanted = modes.map((name) => `"${name}"`).join(' or ');
    throw new ConfigError('PairwiseJudge config', [
      { path: 'mode', message: `must be ${wanted} for ${method}(), and is "${mode}"` },
    ]);
  }

  /** @param answers - two in the order in which they are shown, or one. */
  prompt(judge: ChatModel, question: Question, answers: readonly Answer[]): JudgePrompt {
    const { mode, structuredOutput } = this.config;
    const kind = this.#kindOf(question);
    return renderPrompt({
      mode,
      kind,
      template: this.#templates[kind][question.turns.length > 1 ? 'multiTurn' : 'oneTurn'],
      question,
      answers,
      showReference: this.#kindShowsReference(kind),
      structured: structuredOutput === 'auto' && judge.features.includes('json-schema'),
    });
  }

  #kindShowsReference(kind: JudgeTemplateKind): boolean {
    const { reference } = this.config;
    return reference === 'always' || (reference === 'auto' && kind !== 'general');
  }
}
