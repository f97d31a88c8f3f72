import type { Command } from 'commander';
import type { ShareGPTCleanerConfig } from '../data/index.js';
import { parseCount } from './parse-number.js';

/** How the options that make a cleaner's configuration are given. */
export interface CleanerWords {
  readonly keepLanguages?: readonly string[];
  readonly skipLanguages?: readonly string[];
  readonly minimumCharacters?: number;
  readonly blockedWords?: readonly string[] | false;
  readonly rejectRepetition?: true;
  readonly rejectWrongListNumbering?: true;
}

export function addCleanerOptions(command: Command): Command {
  return command
    .option('--keep-languages <codes...>', 'only conversations in these languages, such as en de')
    .option('--skip-languages <codes...>', 'no conversations in these languages')
    .option('--minimum-characters <count>', 'fewest characters of a conversation', parseCount)
    .option('--blocked-words <words...>', 'instead of openai and chatgpt')
    .option('--no-blocked-words', 'keep conversations whatever they speak of')
    .option('--reject-repetition', 'no conversations with a reply that repeats itself over and over')
    .option('--reject-wrong-list-numbering', 'no conversations with lists that start over at every item');
}

/** Of the commands that can replace personal data. */
export interface ScrubWords {
  readonly scrub?: true;
}

export function addScrubOption(command: Command): Command {
  return command.option('--scrub', 'replace e-mail addresses, phone and card numbers, keys: [e-mail], [phone] ...');
}

/** Languages to keep win where both are named; the configuration has a place for one. */
export function cleanerConfigOf(words: CleanerWords): ShareGPTCleanerConfig {
  const { keepLanguages: keep, skipLanguages: skip, minimumCharacters, blockedWords } = words;
  return {
    languages: keep !== undefined ? { keep } : skip !== undefined ? { skip } : undefined,
    minimumCharacters,
    blockedWords: blockedWords === false ? [] : blockedWords,
    rejectRepetition: words.rejectRepetition,
    rejectWrongListNumbering: words.rejectWrongListNumbering,
  };
}
