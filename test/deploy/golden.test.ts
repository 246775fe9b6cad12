import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differences } from '../../scripts/support/deploy/golden.ts';
import { type Manifest, readManifests } from '../../scripts/support/deploy/manifests.ts';

const ours = readManifests('k8s/services.yaml');

describe('the comparison of the chart with the manifests', () => {
  const same: readonly [what: string, change: (text: string) => string][] = [
    [
      'labels that Helm reads',
      (text) => text.replaceAll('"labels":{', '"labels":{"app.kubernetes.io/managed-by":"Helm",'),
    ],
    ['a Job that is named by its content', (text) => text.replace('"name":"migrate"', '"name":"migrate-0a1b2c3d"')],
    ['the order of variables', (text) => text.replace(/("env":\[)(\{[^}]*\}),(\{[^}]*\})/g, '$1$3,$2')],
  ];
  for (const [what, change] of same)
    it(`looks past ${what}`, () => {
      const changed = change(JSON.stringify(ours));
      assert.notEqual(changed, JSON.stringify(ours));
      assert.deepEqual(differences(JSON.parse(changed) as Manifest[], ours), []);
    });

  const other: readonly [what: string, from: string | RegExp, to: string, line: RegExp][] = [
    ['a number', '"failureThreshold":60', '"failureThreshold":6', /startupProbe\/failureThreshold: 6, not 60/],
    ['a variable', /\{"name":"FILEMILL_WORKER_THREADS","value":"2"\},?/, '', /Deployment worker.*env/],
    ['a field', '"readOnlyRootFilesystem":true,', '', /readOnlyRootFilesystem: nothing, not true/],
    ['the order of a command', '["node","src', '["src', /command/],
    [
      'an object',
      '"kind":"Service","metadata":{"name":"web"',
      '"kind":"Service","metadata":{"name":"www"',
      /not in the chart/,
    ],
  ];
  for (const [what, from, to, line] of other)
    it(`names ${what} that differs`, () => {
      const changed = JSON.stringify(ours).replace(from, to);
      assert.notEqual(changed, JSON.stringify(ours));
      assert.match(differences(JSON.parse(changed) as Manifest[], ours).join('\n'), line);
    });
});
