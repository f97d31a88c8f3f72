// Writes the demo's data from the conversations in this folder: npx tsx scripts/demo-export/render.ts
import { mkdir, writeFile } from 'node:fs/promises';
import { dataDirectory, renderFiles } from './files.js';

await mkdir(dataDirectory, { recursive: true });
for (const [name, content] of await renderFiles()) {
  await writeFile(new URL(name, dataDirectory), content);
  console.log(`examples/data/${name}: ${Buffer.byteLength(content)} bytes`);
}
