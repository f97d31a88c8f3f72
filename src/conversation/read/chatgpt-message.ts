import type { RawTurn } from '../raw.js';
import { withoutMarkers } from './chatgpt-markers.js';
import { imagePlaceholder, joinPieces, partText } from './message-text.js';
import { type Fields, isFields } from './shape.js';

/** A message as ChatGPT's page shows it. */
export interface ShownMessage extends RawTurn {
  readonly from: 'user' | 'assistant';
  /** Pictures and files that came with it. */
  readonly attachments: number;
}

/** Content that the page does not show as part of the conversation, or only folded away. */
const hiddenContent = new Set([
  'user_editable_context',
  'model_editable_context',
  'thoughts',
  'reasoning_recap',
  'execution_output',
  'computer_output',
  'tether_browsing_display',
  'tether_quote',
  'sonic_webpage',
  'system_error',
  'app_pairing_content',
]);

/**
 * What a message of ChatGPT's export says to the reader of its page, or `undefined` where it says nothing: system and
 * tool messages, calls of tools (a `recipient` that is not everybody), hidden ones, weight 0, custom instructions,
 * thoughts and notes made on the way, empty text.
 */
export function shownMessage(message: unknown): ShownMessage | undefined {
  if (!isFields(message)) return undefined;
  const from = isFields(message.author) ? message.author.role : undefined;
  if (from !== 'user' && from !== 'assistant') return undefined;
  const { content } = message;
  if (!isFields(content) || isHidden(message, content)) return undefined;
  const { text, images } = contentText(content);
  const value = from === 'assistant' ? withoutMarkers(text).trim() : text.trim();
  if (value === '') return undefined;
  const files = isFields(message.metadata) ? message.metadata.attachments : undefined;
  return { from, value, attachments: Math.max(images, Array.isArray(files) ? files.length : 0) };
}

function isHidden(message: Fields, content: Fields): boolean {
  const metadata = isFields(message.metadata) ? message.metadata : {};
  const recipient = message.recipient ?? 'all';
  return (
    hiddenContent.has(String(content.content_type)) ||
    recipient !== 'all' ||
    message.weight === 0 ||
    message.channel === 'analysis' ||
    message.channel === 'commentary' ||
    metadata.is_visually_hidden_from_conversation === true ||
    metadata.is_user_system_message === true ||
    metadata.is_thinking_preamble_message === true
  );
}

function contentText(content: Fields): { readonly text: string; readonly images: number } {
  if (content.content_type === 'code') return { text: fenced(content), images: 0 };
  const { parts } = content;
  if (!Array.isArray(parts)) return { text: partText(content) ?? '', images: 0 };
  let images = 0;
  const pieces = parts.map((part: unknown) => {
    if (typeof part === 'string') return part;
    // Spoken words come as a transcription beside the sound.
    const text = partText(part);
    if (text !== undefined) return text;
    if (!isFields(part) || part.content_type !== 'image_asset_pointer') return '';
    images++;
    return imagePlaceholder;
  });
  return { text: joinPieces(pieces), images };
}

/** Code as a markdown block, in a fence longer than any in it. */
function fenced(content: Fields): string {
  const code = partText(content) ?? '';
  if (code.trim() === '') return '';
  const { language } = content;
  const name = typeof language === 'string' && /^[\w+#.-]+$/.test(language) && language !== 'unknown' ? language : '';
  const longest = Math.max(2, ...(code.match(/`{3,}/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${name}\n${code.replace(/\n+$/, '')}\n${fence}`;
}
