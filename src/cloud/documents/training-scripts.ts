import { quoteCommand, quoteWord } from './shell.js';

/** What the training script finds in its environment, beside SkyPilot's own variables. */
export const exported = ['VICUNA_RUN_ID', 'VICUNA_OUTPUT_DIRECTORY'];

// SkyPilot's task id, without what cannot stand in a directory's name.
const taskId = `"\${SKYPILOT_TASK_ID//[^A-Za-z0-9._-]/-}"`;
const devices = `"\${SKYPILOT_NUM_GPUS_PER_NODE:-1}"`;

const onlyWhereMissing = [
  'if ! command -v mpirun > /dev/null; then',
  '  sudo apt-get update -qq && sudo apt-get install -y -qq openmpi-bin',
  'fi',
].join('\n');

export interface TrainingScript {
  readonly command: readonly string[];
  readonly checkpointPath: string;
  /** Fixed name of the run; by default SkyPilot's task id, which outlives recoveries. */
  readonly runId: string | undefined;
  /** Whether ranks are started by mpirun. */
  readonly mpi: boolean;
  /** Ranks a machine; by default one an accelerator. */
  readonly ranksPerNode: number | undefined;
  /** Environment variables that ranks on other machines must see too. */
  readonly variables: readonly string[];
}

/** Prepares a machine: what the user asks for, and an MPI where there is none. */
export function setupScript(setup: string | undefined, mpi: boolean): string | undefined {
  const parts = [setup?.trimEnd(), mpi ? onlyWhereMissing : undefined].filter((part) => part !== undefined);
  return parts.length > 0 ? `set -e\n${parts.join('\n')}\n` : undefined;
}

/** Runs on every machine. `exec` hands SIGTERM, where the cloud sends one, to the training itself. */
export function trainingScript(script: TrainingScript): string {
  const launch = script.mpi ? launchByMpi(script) : `exec ${quoteCommand(script.command)}`;
  return `set -euo pipefail
# The same after every recovery, so that training finds its own checkpoints again.
export VICUNA_RUN_ID=${script.runId === undefined ? taskId : quoteWord(script.runId)}
export VICUNA_OUTPUT_DIRECTORY=${quoteWord(script.checkpointPath)}/"$VICUNA_RUN_ID"
${launch}
`;
}

function launchByMpi({ command, ranksPerNode, variables }: TrainingScript): string {
  const forwarded = [...exported, 'SKYPILOT_TASK_ID', 'PATH', ...variables];
  return `# The first machine starts the ranks of all; the others only have to be there.
if [ "$SKYPILOT_NODE_RANK" != 0 ]; then exit 0; fi
mkdir -p "$VICUNA_OUTPUT_DIRECTORY"
slots=${ranksPerNode ?? devices}
if [ "$slots" -lt 1 ]; then slots=1; fi
hosts="$(mktemp)"
ranks=0
while read -r address; do
  echo "$address slots=$slots" >> "$hosts"
  ranks=$((ranks + slots))
done <<< "$SKYPILOT_NODE_IPS"
root=()
if [ "$(id -u)" = 0 ]; then root=(--allow-run-as-root); fi
# By slot: ranks fill one machine after the other in the order of the list, and rank 0 is here.
exec mpirun "\${root[@]}" --hostfile "$hosts" -np "$ranks" --map-by slot --bind-to none --wdir "$PWD" \\
  ${forwarded.map((name) => `-x ${name}`).join(' ')} \\
  ${quoteCommand(command)}`;
}
