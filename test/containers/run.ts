import { testCompose } from './compose.ts';
import { findEngine } from './engine.ts';
import { baseImages, buildImages, type Image, sharedLayers } from './images.ts';
import { testKubernetes } from './kubernetes.ts';
import { Report } from './report.ts';

// `npm run test:containers`: builds the five images, starts the whole system from the Kubernetes manifests, then
// from compose.yaml, and checks what they promise. Takes a few minutes. Removes all that it made but the images.
const report = new Report();
const resources = new AsyncDisposableStack();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void resources.disposeAsync().finally(() => process.exit(130)));

const engine = await findEngine();
report.heading(`Images (${engine.description})`);
for (const base of await baseImages(engine)) report.note(base);
let images: readonly Image[] = [];
const built = await report.check('builds the five images', async () => {
  images = await buildImages(engine);
  return `${sharedLayers(images)} layers shared by all`;
});
try {
  if (built) await testKubernetes(report, engine, resources);
  if (built) await testCompose(report, engine, resources);
} finally {
  await resources.disposeAsync();
}
report.print(images);
process.exitCode = report.failed ? 1 : 0;
