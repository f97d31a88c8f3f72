import type { Block, Page } from './page.js';

/** A command that the docs show and the test does not run. */
export interface SkippedCommand {
  readonly place: string;
  readonly command: string;
  readonly reason: string;
}

/** Programs that are not on every machine, or not to be run by a test. This list is all that is left out. */
const skipped: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^(npm install|npx playwright|apt install|pip install|brew install)\b/, 'downloads packages'],
  [/^npm (run|test)\b/, 'works on a checkout, and CI runs it by itself'],
  [/^hf download\b/, 'downloads a model'],
  [/^(HF_TOKEN=\S+ )?sky /, 'needs an account at a cloud'],
  [/^(llama-cli|llama-quantize|llama-server|vllm) /, 'is another program'],
  [/^OPENAI_API_KEY=/, 'needs an account at OpenAI'],
];

interface Command {
  readonly text: string;
  readonly line: number;
}

const runsOn = /\bvicuna (serve|gateway|worker)\b/;

/**
 * One bash script of all `sh` blocks of a page. Each command says at which line it stands, so that a failure names it; a
 * server goes to the background and is waited for. A note before a block, `<!-- docs: not run: … -->`, leaves it out.
 */
export function shellScriptOf(page: Page): { readonly script: string; readonly left: readonly SkippedCommand[] } {
  const left: SkippedCommand[] = [];
  const lines: string[] = [];
  for (const block of page.blocks.filter(({ language }) => language === 'sh'))
    for (const command of commandsOf(block)) {
      const reason = /^not run: (.+)$/.exec(block.note ?? '')?.[1] ?? reasonToSkip(command.text);
      const place = `${page.path}:${command.line}`;
      if (reason !== undefined) left.push({ place, command: command.text, reason });
      else lines.push(`PLACE=${place}`, runsOn.test(command.text) ? inBackground(command.text) : command.text);
    }
  return { script: lines.length === 0 ? '' : [...opening, ...lines].join('\n'), left };
}

const opening = [
  // With job control every server has a process group of its own, which ends whole.
  'set -Eeuom pipefail',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own
  'trap \'echo "${PLACE}: failed" >&2\' ERR',
  `trap 'for job in $(jobs -p); do kill -- "-$job" 2>/dev/null || true; done; wait || true' EXIT`,
  'ready() { for _ in $(seq 300); do grep -Eq "at http|offers" "$1" && return 0; sleep 0.1; done; cat "$1" >&2; return 1; }',
];

function inBackground(command: string): string {
  return `SERVER=$((\${SERVER:-0} + 1)); ${command.replace(/\s+#.*$/, '')} >"server-$SERVER.log" 2>&1 &\nready "server-$SERVER.log"`;
}

function reasonToSkip(command: string): string | undefined {
  return skipped.find(([pattern]) => pattern.test(command))?.[1];
}

function commandsOf({ code, line }: Block): Command[] {
  const commands: Command[] = [];
  let open: Command | undefined;
  for (const [index, text] of code.trimEnd().split('\n').entries()) {
    open = open === undefined ? { text, line: line + 1 + index } : { text: `${open.text}\n${text}`, line: open.line };
    if (text.endsWith('\\')) continue;
    if (open.text.trim() !== '' && !open.text.startsWith('#')) commands.push(open);
    open = undefined;
  }
  return commands;
}
