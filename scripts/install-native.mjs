// Runs when the package is installed: builds the native engine where no binary fits and a compiler is there. Downloads
// nothing and never fails: without a binary the engine falls back to WebAssembly and says why.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative, findCompiler, packagedBinary } from './build-native.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// In the repository sources change, so that a binary that is there may be an old one.
const isRepository = existsSync(join(root, '.git'));

if (isRepository || !existsSync(packagedBinary())) {
  if (findCompiler() === undefined) {
    console.log('vicuna-sdk: no C++ compiler, so no native engine; computing with WebAssembly instead.');
  } else {
    try {
      await buildNative();
    } catch (error) {
      console.log(
        `vicuna-sdk: the native engine was not built (${error.message}); computing with WebAssembly instead.`,
      );
    }
  }
}
