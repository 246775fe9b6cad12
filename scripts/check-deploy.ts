import { globSync } from 'node:fs';
import { consistencyProblems } from './support/deploy/consistency.ts';
import { type Manifest, readManifests, root, titleOf } from './support/deploy/manifests.ts';
import { podProblems } from './support/deploy/pods.ts';
import { schemaProblems } from './support/deploy/schemas.ts';
import { makeSecrets } from './support/deploy/settings.ts';
import { kustomizations, kustomize, shellProblems, shellScripts } from './support/deploy/tools.ts';

/**
 * `npm run check:deploy`: everything about a deployment that can be known without one. The manifests match
 * Kubernetes' schemas, the overlays build, pods are locked down, Dockerfiles, manifests, compose.yaml and the settings
 * that the programs read agree, the network policies open the edges that are used and no other, and shell scripts are
 * clean. What is missing on the machine is installed where that is allowed, else named.
 */
const files = globSync(['k8s/*.yaml', 'k8s/examples/*.yaml'], { cwd: root })
  .filter((path) => !path.endsWith('kustomization.yaml'))
  .sort();
const applied = files.filter((path) => !path.startsWith('k8s/examples/'));
const overlays = kustomizations();
const scripts = shellScripts();
let failed = 0;

await check(`${files.length} files of manifests match the schemas`, async () => {
  const all = [...files.flatMap((path) => tagged(path, readManifests(path))), ...tagged('secrets', makeSecrets())];
  return await problemsOf(all);
});
for (const folder of overlays)
  await check(`kubectl kustomize ${folder}`, async () => {
    const built = kustomize(folder);
    return [...(await problemsOf(tagged(folder, built))), ...podProblems(built), ...consistencyProblems(built)];
  });
await check('the manifests agree with Dockerfiles, compose.yaml and settings', async () => {
  const manifests = applied.flatMap(readManifests);
  return [...podProblems(manifests), ...consistencyProblems(manifests)];
});
await check(`${scripts.length} shell scripts`, async () => shellProblems(scripts));
process.exitCode = failed === 0 ? 0 : 1;

async function check(what: string, findProblems: () => Promise<readonly string[]>): Promise<void> {
  const problems = await findProblems().catch((error: Error) => [error.message]);
  console.log(`${problems.length === 0 ? '✔' : '✖'} ${what}`);
  for (const problem of new Set(problems)) console.log(`    ${problem}`);
  if (problems.length > 0) failed += 1;
}

function tagged(where: string, manifests: readonly Manifest[]): { where: string; manifest: Manifest }[] {
  return manifests.map((manifest) => ({ where, manifest }));
}

async function problemsOf(tagged: readonly { where: string; manifest: Manifest }[]): Promise<string[]> {
  const found = await Promise.all(
    tagged.map(async ({ where, manifest }) =>
      (await schemaProblems(manifest)).map((problem) => `${where}, ${titleOf(manifest)}: ${problem}`),
    ),
  );
  return found.flat();
}
