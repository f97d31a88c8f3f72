/** ChatGPT's page replaces these private-use characters: they enclose a marker, end it, and part its fields. */
const [open, close, separator] = ['\ue200', '\ue201', '\ue202'];
const marker = new RegExp(`[ \\t]?${open}([^${open}${close}]*)${close}`, 'g');
/** A marker whose end is missing: an interrupted reply. Only what can belong to it goes. */
const brokenMarker = new RegExp(`[ \\t]?${open}[a-z_]*(?:${separator}[^\\s${open}${close}]*)?`, 'g');
const strayDelimiter = /[\ue200-\ue206]/g;
/** Citations of earlier versions, which came out as text. */
const oldCitation =
  /[ \t]?(?:【\d+(?::\d+)?†[^】\n]{0,200}】|:?contentReference\[oaicite:\d+\](?:\{index=\d+\})?|\[oaicite:\d+\])/g;

/**
 * Takes out of a reply what ChatGPT's page does not show as text: citations, picture groups, widgets. What it does show
 * stays: the name of an entity, the label of a link (with its address, where there is one).
 */
export function withoutMarkers(reply: string): string {
  const plain = reply.includes(open) ? reply.replace(marker, shown).replace(brokenMarker, '') : reply;
  return plain.replace(strayDelimiter, '').replace(oldCitation, '');
}

function shown(whole: string, content: string): string {
  const [kind = '', first = '', second = ''] = content.split(separator);
  const text = kind === 'entity' ? entityName(first) : kind === 'url' ? link(first, second) : '';
  if (text === '') return '';
  return /^[ \t]/.test(whole) ? `${whole[0]}${text}` : text;
}

/** An entity is written as `["person", "Ada Lovelace", "mathematician"]`. */
function entityName(fields: string): string {
  try {
    const parsed: unknown = JSON.parse(fields);
    const name: unknown = Array.isArray(parsed) ? parsed[1] : undefined;
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}

function link(label: string, address: string): string {
  return /^https?:\/\/\S+$/.test(address) ? `[${label}](${address})` : label;
}
