import * as z from 'zod';
import { fromByteLevel } from './byte-level.js';
import { TokenizerError } from './errors.js';

/** How tokens become bytes, and bytes text. */
export interface DecoderPlan {
  /** The bytes of a token, given its text in the vocabulary. */
  readonly bytes: (token: string, isFirst: boolean) => Uint8Array;
  /** How many leading spaces the decoded text loses: 1 for LLaMA, whose tokenizer puts a space in front. */
  readonly leadingSpaces: number;
}

const decoder = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('Sequence'), decoders: z.array(z.unknown()) }),
  z.looseObject({ type: z.literal('Replace'), pattern: z.object({ String: z.string() }), content: z.string() }),
  z.looseObject({ type: z.literal('ByteFallback') }),
  z.looseObject({ type: z.literal('Fuse') }),
  z.looseObject({ type: z.literal('ByteLevel') }),
  z.looseObject({ type: z.literal('Metaspace'), replacement: z.string(), prepend_scheme: z.string().optional() }),
  z.looseObject({
    type: z.literal('Strip'),
    content: z.literal(' '),
    start: z.int().nonnegative(),
    stop: z.literal(0),
  }),
]);
type Decoder = z.output<typeof decoder>;

const utf8 = new TextEncoder();

/**
 * Reads the decoder of a `tokenizer.json`: the sentencepiece kind (LLaMA 1 and 2, Mistral, Gemma) and the byte-level kind
 * (GPT-2, LLaMA 3).
 *
 * The native decoder is not used, since it knows whole texts only: in a run of byte tokens one stray byte turns all
 * characters of the run into U+FFFD, which a stream cannot take back. Here, as in sentencepiece, only what is no
 * character is replaced.
 *
 * @throws TokenizerError where the decoder is of another kind.
 */
export function planDecoder(description: unknown): DecoderPlan {
  const parts = flatten(description);
  if (parts.length === 1 && parts[0]!.type === 'ByteLevel') return { bytes: fromByteLevel, leadingSpaces: 0 };

  const rewrites: ((token: string, isFirst: boolean) => string)[] = [];
  let byteFallback = false;
  let leadingSpaces = 0;
  for (const part of parts) {
    if (part.type === 'Replace') rewrites.push((token) => token.replaceAll(part.pattern.String, part.content));
    else if (part.type === 'Metaspace') {
      const dropsFirst = part.prepend_scheme !== 'never';
      rewrites.push((token, isFirst) => token.replaceAll(part.replacement, isFirst && dropsFirst ? '' : ' '));
    } else if (part.type === 'ByteFallback') byteFallback = true;
    else if (part.type === 'Strip') leadingSpaces += part.start;
    else if (part.type !== 'Fuse') throw unsupported(part.type);
  }
  return {
    leadingSpaces,
    bytes(token, isFirst) {
      const byte = byteFallback ? /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1] : undefined;
      if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
      return utf8.encode(rewrites.reduce((text, rewrite) => rewrite(text, isFirst), token));
    },
  };
}

function flatten(description: unknown): Decoder[] {
  const parsed = decoder.safeParse(description);
  if (!parsed.success) throw unsupported((description as { type?: unknown } | null | undefined)?.type);
  return parsed.data.type === 'Sequence' ? parsed.data.decoders.flatMap(flatten) : [parsed.data];
}

function unsupported(type: unknown): TokenizerError {
  return new TokenizerError(
    undefined,
    `Ids cannot be turned into text: the tokenizer's decoder ${JSON.stringify(type ?? null)}, with the fields it has, is neither of the sentencepiece nor of the byte-level kind.`,
  );
}
