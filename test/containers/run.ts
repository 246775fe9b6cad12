import { stopCommands } from './command.ts';
import { testCompose } from './compose.ts';
import { findEngine } from './engine.ts';
import { baseImages, buildImages, type Image, sharedLayers } from './images.ts';
import { testKubernetes } from './kubernetes.ts';
import { Report, Stopped } from './report.ts';
import { testWholeImage } from './whole-image.ts';

// `npm run test:containers`: builds the images, starts the whole system from the image of everything, from the Kubernetes
// manifests, then from compose.yaml, and checks what they promise. Takes a few minutes. Removes all that it made but the images.
const report = new Report();
const resources = new AsyncDisposableStack();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => report.stop(signal));

let images: readonly Image[] = [];
try {
  const engine = await findEngine();
  report.heading(`Images (${engine.description})`);
  for (const base of await baseImages(engine)) report.note(base);
  await testWholeImage(report, engine, resources);
  const built = await report.check('builds the five images', async () => {
    images = await buildImages(engine);
    return `${sharedLayers(images)} layers shared by all`;
  });
  if (built) {
    await testKubernetes(report, engine, resources);
    await testCompose(report, engine, resources);
  }
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  await stopCommands();
  await resources.disposeAsync();
  process.exit(130);
} finally {
  await resources.disposeAsync();
}
report.print(images);
process.exitCode = report.failed ? 1 : 0;
