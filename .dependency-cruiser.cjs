// The rungs of the house: a folder imports only from lower rungs, and only through the lower folder's index.ts.
const rungs = [
  ['core', 'io'],
  ['conversation', 'tokenizer', 'engine', 'collectives'],
  ['data', 'checkpoint', 'openai'],
  ['model'],
  ['train', 'judge', 'serve', 'cloud'],
  ['report'],
  ['cli'],
];
// io reads files and reports typed errors with core's vocabulary: the one same-rung arrow that is allowed.
const allowedBeside = { io: ['core'] };
// The judge and the server know a ChatModel, never the model or the engine behind it.
const forbiddenBelow = { judge: ['model', 'engine'], serve: ['model', 'engine'] };

const rules = rungs.flatMap((folders, rung) =>
  folders.map((folder) => {
    const allowed = [...rungs.slice(0, rung).flat(), ...(allowedBeside[folder] ?? [])].filter(
      (below) => !(forbiddenBelow[folder] ?? []).includes(below),
    );
    const through = allowed.length === 0 ? '' : `|(${allowed.join('|')})/index\\.ts$`;
    return {
      name: `rung-${rung}-${folder}`,
      comment: `src/${folder} may import only from lower rungs, through their index.ts`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${folder}/${through})` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...rules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '^src/(index|testing/index|train/ranks/rank-worker|data/prepare/prepare-worker|.+/page/main)\\.ts$',
      },
      to: {},
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      from: { path: '^src' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    exclude: { path: '@tensorflow/tfjs-node|node_modules/(koffi|@nats-io)' },
  },
};
