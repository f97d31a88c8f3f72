import type { Tokenizer as Native } from 'tokenizers';
import { loadBinding } from './binding.js';
import {
  guardedPattern,
  isFaithful,
  respellControls,
  respellTokenizerJson,
  specialTokenPattern,
  spellSpecialTokens,
} from './controls.js';
import { type DecoderPlan, planDecoder } from './decoder-plan.js';
import { TokenizerError } from './errors.js';
import { parseTokenizerJson, type TokenizerFiles } from './files.js';
import { NativeEncoding } from './native-encoding.js';
import { PieceEncoder } from './piece-encoder.js';
import { PieceRule } from './piece-rule.js';
import { runtimeJson } from './runtime-json.js';
import { saveTokenizer } from './save.js';
import { resolveSpecialTokens, type SpecialTokenNames, type SpecialTokens } from './special-tokens.js';
import { ByteStreamDecoder } from './stream-decoder.js';
import type {
  DecodeOptions,
  EncodeOptions,
  Encoding,
  MarkedText,
  SpecialToken,
  StreamDecoder,
  StreamDecoderOptions,
  Tokenizer,
} from './types.js';

/** A tokenizer over the native `tokenizers` package. */
export class NativeTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly beginToken: SpecialToken | undefined;
  readonly endToken: SpecialToken;
  readonly endTokenIds: readonly number[];
  readonly specialTokens: ReadonlyMap<string, number>;
  readonly #native: Native;
  /** Where texts fall into pieces; `#native` is then made for those. */
  readonly #pieces: PieceEncoder | undefined;
  readonly #files: TokenizerFiles;
  readonly #specialIds: ReadonlySet<number>;
  readonly #specialPattern: RegExp;
  readonly #guardedPattern: RegExp;
  #plan: DecoderPlan | undefined;
  #respelled: Promise<Respelled> | undefined;

  private constructor(native: Native, files: TokenizerFiles, special: SpecialTokens, rule: PieceRule | undefined) {
    this.#native = native;
    this.#files = files;
    this.beginToken = special.beginToken;
    this.endToken = special.endToken;
    this.endTokenIds = special.endTokenIds;
    this.specialTokens = special.all;
    this.#specialIds = new Set(special.all.values());
    this.#specialPattern = specialTokenPattern(special.all.keys());
    this.#guardedPattern = guardedPattern(this.#specialPattern);
    this.vocabularySize = countIds(files, special);
    this.#pieces = rule && new PieceEncoder(rule, native, { tokens: special.all, pattern: this.#specialPattern });
  }

  static async create(files: TokenizerFiles, names: SpecialTokenNames = {}): Promise<NativeTokenizer> {
    const source = runtimeJson(files);
    const rule = PieceRule.of(source === files.source ? files.tokenizer : parseTokenizerJson(source, files.path));
    const native = await fromJson(rule?.jsonForPieces ?? source, files.path);
    const special = resolveSpecialTokens(native, files, names);
    // A token that is only named in tokenizer_config.json is special all the same.
    native.addSpecialTokens([...special.all.keys()]);
    return new NativeTokenizer(native, files, special, rule);
  }

  async encode(text: string | MarkedText, options: EncodeOptions = {}): Promise<Encoding> {
    const [encoding] = await this.encodeBatch([text], options);
    return encoding!;
  }

  async encodeBatch(texts: readonly (string | MarkedText)[], options: EncodeOptions = {}): Promise<Encoding[]> {
    const asked = options.addSpecialTokens ?? true;
    const adds = texts.map((text) => asked && (typeof text === 'string' || text.isComplete !== true));
    if (!adds.includes(!adds[0])) return this.#encodeAlike(texts, adds[0] ?? asked);
    const groups = [true, false].map((own) =>
      this.#encodeAlike(
        texts.filter((_, index) => adds[index] === own),
        own,
      ),
    );
    const [added, bare] = (await Promise.all(groups)).map((encodings) => encodings.values());
    return adds.map((own) => (own ? added : bare)!.next().value!);
  }

  async #encodeAlike(texts: readonly (string | MarkedText)[], addSpecialTokens: boolean): Promise<Encoding[]> {
    const asTheyAre: string[] = [];
    const stray: MarkedText[] = [];
    const isStray = texts.map((text) => {
      if (typeof text === 'string') asTheyAre.push(text);
      else if (isFaithful(text, this.#guardedPattern)) asTheyAre.push(text.text);
      else return stray.push(text) > 0;
      return false;
    });
    const encodings = await this.#encodePlain(asTheyAre, addSpecialTokens);
    if (stray.length === 0) return encodings;
    const [plain, respelled] = [encodings.values(), (await this.#encodeRespelled(stray, addSpecialTokens)).values()];
    return isStray.map((apart) => (apart ? respelled : plain).next().value!);
  }

  async decode(ids: Iterable<number>, options: DecodeOptions = {}): Promise<string> {
    const decoder = this.streamDecoder(options);
    return decoder.push(ids) + decoder.end();
  }

  streamDecoder(options: StreamDecoderOptions = {}): StreamDecoder {
    const plan = this.#decoderPlan();
    const vocabulary = {
      vocabularySize: this.vocabularySize,
      idToToken: (id: number) => this.idToToken(id),
      isSpecial: (id: number) => this.#specialIds.has(id),
    };
    return new ByteStreamDecoder(vocabulary, plan, options);
  }

  tokenToId(token: string): number | undefined {
    return this.#native.tokenToId(token) ?? undefined;
  }

  idToToken(id: number): string | undefined {
    if (!(Number.isInteger(id) && id >= 0 && id < this.vocabularySize)) return undefined;
    return this.#native.idToToken(id) ?? undefined;
  }

  tokenBytes(id: number): Uint8Array | undefined {
    const token = this.#specialIds.has(id) ? undefined : this.idToToken(id);
    return token === undefined ? undefined : this.#decoderPlan().bytes(token, false);
  }

  async save(directory: string): Promise<void> {
    await saveTokenizer(directory, this.#files, this);
  }

  async #encodePlain(texts: string[], addSpecialTokens: boolean): Promise<Encoding[]> {
    return this.#pieces?.encode(texts, addSpecialTokens) ?? encodeAll(this.#native, texts, addSpecialTokens);
  }

  #decoderPlan(): DecoderPlan {
    this.#plan ??= planDecoder(this.#files.tokenizer.decoder);
    return this.#plan;
  }

  async #encodeRespelled(texts: readonly MarkedText[], addSpecialTokens: boolean): Promise<NativeEncoding[]> {
    this.#respelled ??= this.#makeRespelled();
    const { native, spellings } = await this.#respelled;
    const respelled = texts.map((text) => respellControls(text, this.#specialPattern, spellings));
    return encodeAll(native, respelled, addSpecialTokens);
  }

  async #makeRespelled(): Promise<Respelled> {
    const spellings = spellSpecialTokens(this.specialTokens.keys());
    const native = await fromJson(respellTokenizerJson(runtimeJson(this.#files), spellings), this.#files.path);
    native.addSpecialTokens([...spellings.values()]);
    return { native, spellings };
  }
}

interface Respelled {
  readonly native: Native;
  readonly spellings: ReadonlyMap<string, string>;
}

async function fromJson(json: string, path: string): Promise<Native> {
  const { Tokenizer: NativeClass } = await loadBinding();
  try {
    return NativeClass.fromString(json);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new TokenizerError(path, `the tokenizers package cannot use this file (${reason})`, { cause });
  }
}

async function encodeAll(native: Native, texts: string[], addSpecialTokens: boolean): Promise<NativeEncoding[]> {
  if (texts.length === 0) return [];
  const encodings = await native.encodeBatch(texts, { addSpecialTokens });
  return encodings.map((encoding, index) => new NativeEncoding(encoding, texts[index]!));
}

/** One past the highest id; a vocabulary may have gaps, so counting its entries would not do. */
function countIds({ tokenizer }: TokenizerFiles, special: SpecialTokens): number {
  const { vocab } = tokenizer.model;
  let highest = Array.isArray(vocab) ? vocab.length - 1 : -1;
  if (!Array.isArray(vocab)) for (const id of Object.values(vocab)) highest = Math.max(highest, id);
  for (const id of special.all.values()) highest = Math.max(highest, id);
  for (const token of tokenizer.added_tokens) highest = Math.max(highest, token.id);
  return highest + 1;
}
