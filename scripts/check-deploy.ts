import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { consistencyProblems } from './support/deploy/consistency.ts';
import { differences } from './support/deploy/golden.ts';
import { exampleValues, helmTemplate, lintProblems, refusalOf } from './support/deploy/helm.ts';
import { type Manifest, readManifests, root, titleOf } from './support/deploy/manifests.ts';
import { podProblems } from './support/deploy/pods.ts';
import { schemaProblems } from './support/deploy/schemas.ts';
import { makeSecrets } from './support/deploy/settings.ts';
import { kustomizations, kustomize, shellProblems, shellScripts } from './support/deploy/tools.ts';

/**
 * `npm run check:deploy`: everything about a deployment that can be known without one. The manifests match
 * Kubernetes' schemas, the overlays build, pods are locked down, Dockerfiles, manifests, compose.yaml and the settings
 * that the programs read agree, the network policies open the edges that are used and no other, the chart renders the same
 * as the manifests and the overlays, and shell scripts are clean. What is missing on the machine is installed where that is allowed, else named.
 */
const files = globSync(['k8s/*.yaml', 'k8s/examples/*.yaml'], { cwd: root })
  .filter((path) => !path.endsWith('kustomization.yaml'))
  .sort();
const operators = ['ops/kubernetes/pod-monitor.yaml', 'ops/kubernetes/prometheus-rule.yaml'];
const applied = files.filter((path) => !path.startsWith('k8s/examples/'));
const overlays = kustomizations();
const scripts = shellScripts();
let failed = 0;

await check(`${files.length + operators.length} files of manifests match the schemas`, async () => {
  const all = [
    ...[...files, ...operators].flatMap((path) => tagged(path, readManifests(path))),
    ...tagged('secrets', makeSecrets()),
  ];
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
const examples = exampleValues();
await check('helm lint charts/filemill', async () => lintProblems(examples));
await check('the chart refuses values that it does not know, and a PostgreSQL that forgets', async () => [
  ...(/upload/.test(refusalOf('upload.replica=3')) ? [] : ['upload.replica is refused for another reason']),
  ...(/fsync/.test(refusalOf('postgres.parameters.fsync=off')) ? [] : ['fsync is refused for another reason']),
]);
for (const values of [undefined, ...examples])
  await check(`helm template, ${values ?? 'as it is'}`, async () => {
    const made = helmTemplate(values);
    // The Secret of that one names databases that nobody here knows.
    const isKnown = !values?.endsWith('external-databases.yaml');
    return [
      ...(await problemsOf(tagged(values ?? 'charts/filemill', made))),
      ...podProblems(made),
      ...(isKnown ? consistencyProblems(made) : []),
      ...goldenDifferences(made, values),
    ];
  });
await check(`${scripts.length} shell scripts`, async () => shellProblems(scripts));
process.exitCode = failed === 0 ? 0 : 1;

async function check(what: string, findProblems: () => Promise<readonly string[]>): Promise<void> {
  const problems = await findProblems().catch((error: Error) => [error.message]);
  console.log(`${problems.length === 0 ? '✔' : '✖'} ${what}`);
  for (const problem of new Set(problems)) console.log(`    ${problem}`);
  if (problems.length > 0) failed += 1;
}

/** Against the overlay of that name, or the manifests that go with it, where there are such. */
function goldenDifferences(made: readonly Manifest[], values = 'defaults.yaml'): string[] {
  const name = basename(values, '.yaml');
  const folder = overlays.find((overlay) => basename(overlay) === name) ?? 'k8s';
  const also = { production: ['k8s/autoscaling.yaml'], backup: ['k8s/backup.yaml'] }[name] ?? [];
  if (folder === 'k8s' && also.length === 0 && name !== 'defaults') return [];
  const wanted = [...kustomize(folder), ...also.flatMap(readManifests)];
  // An operator who installs a chart makes the namespace.
  return differences(
    made,
    wanted.filter(({ kind }) => kind !== 'Namespace'),
  );
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
