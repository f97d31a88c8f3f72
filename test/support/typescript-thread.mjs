// Preloaded into worker threads, `--import`, so that they run TypeScript: Node 20 gives a thread no loader of its own.
import { register } from 'tsx/esm/api';

register();
