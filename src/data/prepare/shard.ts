import { join } from 'node:path';
import { AtomicFile } from '../../io/index.js';
import type { ConversationPrint } from '../cleaner/index.js';
import { BlockFile } from './block-file.js';
import { addCounts, type Mutable, noCounts, type PrepareCounts } from './counts.js';
import { exampleFileMagic } from './example-file.js';

/** The files of a shard; `known` is there for resuming and goes when all is done. */
export type ShardPart = 'examples' | 'conversations' | 'rejects' | 'known';

const endings: Readonly<Record<ShardPart, string>> = {
  examples: 'examples',
  conversations: 'conversations.jsonl',
  rejects: 'rejects.jsonl',
  known: 'known.jsonl',
};

/** A file of a shard. @public */
export interface ShardFile {
  /** In the data set's directory. */
  readonly file: string;
  /** Its size. */
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What lies on the disk of a shard. */
export interface WrittenShard {
  readonly files: Readonly<Partial<Record<ShardPart, ShardFile>>>;
  readonly counts: PrepareCounts;
}

/** A line of the file of rejects. @public */
export interface RejectLine {
  /** Of the conversation, where it was known. */
  readonly id?: string | undefined;
  /** `read`: a record; the others: a conversation, or rounds of one. */
  readonly stage: 'read' | 'clean' | 'segment' | 'tokenize';
  /** Of the reasons of that stage. */
  readonly reason: string;
  /** What was found, for a person. */
  readonly detail: string;
  /** File and line of the record. */
  readonly location?: object | undefined;
}

export function shardFileName(name: string, part: ShardPart): string {
  return `${name}.${endings[part]}`;
}

/** A shard while it is written. None of its files can be seen under its name before `commit`. */
export class ShardWriter {
  readonly name: string;
  readonly counts: Mutable<PrepareCounts> = noCounts();
  /** Bytes of input that it was made of. */
  inputBytes = 0;
  readonly #files: ReadonlyMap<ShardPart, BlockFile>;

  private constructor(name: string, files: ReadonlyMap<ShardPart, BlockFile>) {
    this.name = name;
    this.#files = files;
  }

  /** @throws VicunaError `file-unwritable`. */
  static async create(directory: string, name: string, keepConversations: boolean): Promise<ShardWriter> {
    const parts: ShardPart[] = [
      'examples',
      'rejects',
      'known',
      ...(keepConversations ? ['conversations' as const] : []),
    ];
    const files = new Map<ShardPart, BlockFile>();
    for (const part of parts)
      files.set(part, new BlockFile(await AtomicFile.create(join(directory, shardFileName(name, part)))));
    const shard = new ShardWriter(name, files);
    await shard.#write('examples', exampleFileMagic);
    return shard;
  }

  count(counts: PrepareCounts): void {
    addCounts(this.counts, counts);
  }

  async addExamples(bytes: Uint8Array): Promise<void> {
    await this.#write('examples', bytes);
  }

  async addConversations(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.#write('conversations', bytes);
  }

  async addReject(line: RejectLine): Promise<void> {
    await this.#write('rejects', Buffer.from(`${JSON.stringify(line)}\n`));
  }

  async addKnown({ id, opening }: ConversationPrint): Promise<void> {
    await this.#write('known', Buffer.from(`${JSON.stringify([id, ...opening])}\n`));
  }

  /** Flushes every file to the disk and puts it in its place. */
  async commit(): Promise<WrittenShard> {
    const files: Partial<Record<ShardPart, ShardFile>> = {};
    for (const [part, file] of this.#files) {
      const { bytes, sha256 } = await file.commit();
      files[part] = { file: shardFileName(this.name, part), bytes, sha256 };
    }
    return { files, counts: this.counts };
  }

  /** Leaves no trace of what is not committed. */
  async discard(): Promise<void> {
    for (const file of this.#files.values()) await file.discard();
  }

  async #write(part: ShardPart, bytes: Uint8Array): Promise<void> {
    await this.#files.get(part)?.write(bytes);
  }
}
