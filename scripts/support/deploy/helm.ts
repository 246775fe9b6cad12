import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Manifest, parseManifests, root } from './manifests.ts';
import { fromNpm } from './npm-tools.ts';

const chart = 'charts/filemill';

/** The values that the chart shows as examples, relative to the project. */
export function exampleValues(): string[] {
  return globSync(`${chart}/examples/*.yaml`, { cwd: root }).sort();
}

/** What `helm template` makes of the values in a file, or of the defaults. @throws Error with what it said */
export function helmTemplate(values?: string): Manifest[] {
  const args = ['template', 'filemill', chart, '--namespace', 'filemill', '--kube-version', '1.36.0'];
  const { status, stdout, stderr } = helm([...args, ...(values === undefined ? [] : ['--values', values])]);
  if (status !== 0 || stderr !== '') throw new Error(`helm template: ${stderr.trim()}`);
  return parseManifests(stdout, values === undefined ? chart : basename(values));
}

/** What `helm lint` holds against the chart with these values. */
export function lintProblems(values: readonly string[]): string[] {
  return [undefined, ...values].flatMap((file) => {
    const args = ['lint', chart, '--strict', '--kube-version', '1.36.0'];
    const { status, stdout, stderr } = helm([...args, ...(file === undefined ? [] : ['--values', file])]);
    const found = `${stdout}${stderr}`.split('\n').filter((line) => /^\[(ERROR|WARNING)\]|^Error/.test(line));
    return status === 0 ? [] : [`helm lint ${file ?? ''}: ${found.join(' ')}`];
  });
}

/** The chart may not be told what its schema does not know. @throws Error when it may */
export function refusalOf(setting: string): string {
  const { status, stderr } = helm(['template', 'filemill', chart, '--set', setting]);
  if (status === 0) throw new Error(`helm template --set ${setting} is not refused`);
  return stderr;
}

function helm(args: readonly string[]) {
  // No plug-ins and no repositories of whoever runs this.
  const env = { ...process.env, HELM_PLUGINS: join(root, 'node_modules', '.cache', 'no-plugins') };
  return spawnSync(fromNpm('helm'), args, { cwd: root, encoding: 'utf8', env });
}
