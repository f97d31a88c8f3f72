import { TokenizerError, type TokenizerJson } from '../../../tokenizer/index.js';
import { addedTokens, type Pieces, tokenType, vocabularyOf } from './pieces.js';

const SPACE = '▁';
/** LLaMA's longest piece has 48 characters; the splits of a piece grow with its length. */
const MAXIMUM_PIECE = 512;

/** Whether a `tokenizer.json` is a sentencepiece BPE such as LLaMA 1's and 2's. */
export function isSentencePiece({ model, normalizer, pre_tokenizer: pre }: TokenizerJson): boolean {
  return (
    model.type === 'BPE' && model.byte_fallback === true && (writesSpaces(normalizer) || pre?.type === 'Metaspace')
  );
}

function writesSpaces(normalizer: TokenizerJson['normalizer']): boolean {
  return JSON.stringify(normalizer ?? null).includes(`"content":"${SPACE}"`);
}

/** Whether a space is put in front of a text. */
export function addsSpace({ normalizer, pre_tokenizer: pre }: TokenizerJson): boolean {
  if (pre?.type === 'Metaspace') return pre.prepend_scheme !== 'never' && pre.add_prefix_space !== false;
  return JSON.stringify(normalizer ?? null).includes('"type":"Prepend"');
}

/**
 * The scores of a vocabulary whose merges are ranked: the earlier a piece is merged, the higher. llama.cpp merges
 * whichever neighbours make the piece of the highest score, sentencepiece too.
 *
 * @throws TokenizerError where the ranking forbids merges that scores allow: the ids would differ.
 */
export function scoresOf({ model }: TokenizerJson, { texts, types }: Pieces, path: string): number[] {
  const merges = (model.merges ?? []) as readonly (string | readonly [string, string])[];
  const listed = new Set<string>();
  const rankOf = new Map<string, number>();
  for (const merge of merges) {
    const [left, right] = typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge;
    listed.add(`${left} ${right}`);
    if (!rankOf.has(left + right)) rankOf.set(left + right, rankOf.size);
  }
  const isPiece = pieceTest({ texts, types });
  for (const [left, right] of splitsOf({ texts, types }, isPiece))
    if (!listed.has(`${left} ${right}`))
      throw new TokenizerError(
        path,
        `llama.cpp would merge ${JSON.stringify(left)} and ${JSON.stringify(right)}, which this tokenizer does not; export the model without it ({ tokenizer: false }), or keep the Hugging Face directory`,
      );
  return texts.map((text, id) => (types[id] === tokenType.normal ? -(rankOf.get(text) ?? rankOf.size) : 0));
}

/**
 * The merges that scores stand for: every split of every piece into two pieces, pieces of high score first.
 *
 * @throws TokenizerError where the scores say nothing.
 */
export function sentencePieceJson(pieces: Pieces, scores: readonly number[], addSpace: boolean, path: string): object {
  const { texts, types } = pieces;
  const vocabulary = vocabularyOf(pieces);
  const isPiece = pieceTest(pieces);
  const merges = [...splitsOf(pieces, isPiece)].sort(
    (one, other) =>
      scores[vocabulary[other[0] + other[1]]!]! - scores[vocabulary[one[0] + one[1]]!]! ||
      vocabulary[one[0]]! - vocabulary[other[0]]! ||
      vocabulary[one[1]]! - vocabulary[other[1]]!,
  );
  const differing = new Set(merges.map(([left, right]) => scores[vocabulary[left + right]!]));
  if (merges.length > 1 && differing.size === 1)
    throw new TokenizerError(
      path,
      'all scores of its pieces are the same, so nothing says which are merged first; pass the tokenizer of the original model: { tokenizer: await loadTokenizer(path) }',
    );
  const unknown = texts[types.indexOf(tokenType.unknown)] ?? null;
  const replaced = (from: string, to: string) => ({ type: 'Replace', pattern: { String: from }, content: to });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(pieces),
    normalizer: {
      type: 'Sequence',
      normalizers: [...(addSpace ? [{ type: 'Prepend', prepend: SPACE }] : []), replaced(' ', SPACE)],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        replaced(SPACE, ' '),
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(addSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: vocabulary,
      merges,
    },
  };
}

/** Whether a text is a piece that merging makes or begins with. */
function pieceTest({ texts, types }: Pieces): (text: string) => boolean {
  const mergeable = new Set(texts.filter((_, id) => types[id] === tokenType.normal));
  return (text) => mergeable.has(text);
}

function* splitsOf({ texts, types }: Pieces, isPiece: (text: string) => boolean): Generator<[string, string]> {
  for (const [id, text] of texts.entries()) {
    if (types[id] !== tokenType.normal || text.length > MAXIMUM_PIECE) continue;
    for (let at = 1; at < text.length; at++) {
      const [left, right] = [text.slice(0, at), text.slice(at)];
      // Half a surrogate pair is no piece, so characters are never cut.
      if (isPiece(left) && isPiece(right)) yield [left, right];
    }
  }
}
