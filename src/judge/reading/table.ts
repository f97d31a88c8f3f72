import type { Candidate } from './candidates.js';
import { type Figure, figureOf } from './figures.js';
import { finalWord, labels, scoreWord } from './labels.js';

const first = new RegExp(labels.first);
const second = new RegExp(labels.second);
const cellFigure = /^(\d{1,3}(?:\.\d+)?)(?:\s*(?:\/|out of)\s*(\d{1,3}))?$/;

type Table = readonly (readonly string[])[];

/** A table with a column, or a row, for each answer: its overall scores, or its only ones. */
export function tableScores(lines: readonly string[]): readonly Candidate[] {
  return tables(lines).flatMap((table) => {
    const upright = scoresOf(table);
    return upright.length > 0 ? upright : scoresOf(transpose(table));
  });
}

function scoresOf([header = [], ...rows]: Table): Candidate[] {
  const columns = [
    header.findIndex((cell) => first.test(cell)),
    header.findIndex((cell) => second.test(cell)),
  ] as const;
  if (columns.includes(-1)) return [];
  const scored = rows.flatMap((row) => {
    const pair = { first: figureIn(row[columns[0]]), second: figureIn(row[columns[1]]) };
    if (pair.first === undefined || pair.second === undefined) return [];
    const name = row[0] ?? '';
    return [
      { pair: { first: pair.first, second: pair.second }, final: finalWord.test(name), scored: scoreWord.test(name) },
    ];
  });
  const final = scored.filter((row) => row.final || row.scored);
  return (final.length > 0 ? final : scored).map(({ pair, final }) => ({ pair, final }));
}

function figureIn(cell: string | undefined): Figure | undefined {
  const match = cellFigure.exec(cell ?? '');
  return match === null ? undefined : figureOf(match[1], match[2]);
}

function tables(lines: readonly string[]): Table[] {
  const found: string[][][] = [];
  let open: string[][] | undefined;
  for (const line of lines) {
    if (!line.includes('|')) open = undefined;
    else if (!/^[\s|:-]+$/.test(line)) {
      if (open === undefined) {
        open = [];
        found.push(open);
      }
      open.push(cellsOf(line));
    }
  }
  return found;
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\s*\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim());

const transpose = (table: Table): Table => (table[0] ?? []).map((_, column) => table.map((row) => row[column] ?? ''));
