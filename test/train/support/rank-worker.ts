// The worker of a rank, as the package has it, but for a fault that an environment variable asks for: `rank@step kind`.
import { runRank } from '../../../src/collectives/index.js';
import type { RankCommand, RankData, RankReply } from '../../../src/train/ranks/protocol.js';
import { trainingRank } from '../../../src/train/ranks/training-rank.js';

const [rank, step, kind] = (process.env.VICUNA_TEST_FAULT ?? '').split(/[@ ]/);

void runRank<RankData, RankCommand, RankReply>((context) =>
  trainingRank({
    ...context,
    onMessage: (listener) =>
      context.onMessage((command) => {
        const isDue = command.type === 'step' && String(command.order.step) === step;
        if (isDue && String(context.communicator.rank) === rank) {
          if (kind === 'exit') process.exit(3);
          if (kind === 'spin') for (;;);
          throw new RangeError('no more numbers');
        }
        listener(command);
      }),
  }),
);
