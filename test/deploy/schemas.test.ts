import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Manifest, readManifests, root, titleOf } from '../../scripts/support/deploy/manifests.ts';
import { schemaProblems } from '../../scripts/support/deploy/schemas.ts';

const manifests = globSync(['k8s/*.yaml', 'k8s/examples/*.yaml'], { cwd: root })
  .filter((path) => !path.endsWith('kustomization.yaml'))
  .flatMap(readManifests);

describe('the schema check of the manifests', () => {
  it('finds nothing wrong with ours', async () => {
    assert.ok(manifests.length > 40);
    for (const manifest of manifests) assert.deepEqual(await schemaProblems(manifest), [], titleOf(manifest));
  });

  it('names a planted typo wherever it is: in every object of ours, in every field', async () => {
    for (const manifest of manifests)
      for (const path of typedFieldsOf(manifest)) {
        const planted = renameField(manifest, path);
        const problems = await schemaProblems(planted);
        assert.ok(problems.length > 0, `${titleOf(manifest)}: nobody noticed ${path.join('/')}`);
      }
  });

  const mistakes: readonly [what: string, manifest: Manifest, problem: RegExp][] = [
    ['an unknown kind', { apiVersion: 'apps/v1', kind: 'Deploymnet', metadata: { name: 'x' } }, /no kind Deploymnet/],
    [
      'a kind of an API version that is gone',
      { apiVersion: 'autoscaling/v2beta3', kind: 'HorizontalPodAutoscaler', metadata: { name: 'x' } },
      /no kind HorizontalPodAutoscaler in autoscaling\/v2beta3/,
    ],
    [
      'a word where a number belongs',
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { replicas: 'two' } },
      /replicas/,
    ],
    [
      'a field that is required',
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { selector: {} } },
      /template/,
    ],
  ];
  for (const [what, manifest, problem] of mistakes)
    it(`names ${what}`, async () => {
      assert.match((await schemaProblems(manifest)).join('\n'), problem);
    });
});

/** Maps whose names are the author's: a changed name in there is another name and no typo. */
const maps = new Set(['data', 'labels', 'annotations', 'matchLabels', 'selector', 'requests', 'limits', 'metadata']);

function typedFieldsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const own = [...path, name];
    const isFree = maps.has(name) && !(name === 'metadata' && !path.includes('triggers')) && !hasMatchLabels(field);
    const inner = isFree ? [] : typedFieldsOf(field, own);
    return Array.isArray(value) ? inner : [own, ...inner];
  });
}

/** A `selector` may be a map of labels or hold one. */
function hasMatchLabels(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'matchLabels' in value;
}

function renameField(manifest: Manifest, path: readonly string[]): Manifest {
  const copy = structuredClone(manifest);
  let owner = copy as Record<string, unknown>;
  for (const name of path.slice(0, -1)) owner = owner[name] as Record<string, unknown>;
  const last = path.at(-1) as string;
  owner[`${last}x`] = owner[last];
  delete owner[last];
  return copy;
}
