import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

interface Locked {
  readonly engines?: object;
  readonly hasInstallScript?: boolean;
}

describe('`npm ci` has nothing to warn of, because', async () => {
  const { packages } = await json<{ packages: Record<string, Locked> }>('package-lock.json');
  const { engines, allowScripts } = await json<{ engines?: object; allowScripts: Record<string, boolean> }>(
    'package.json',
  );

  it('no package tells npm which Node it needs: scripts run on the one that npm installs', () => {
    assert.equal(engines, undefined);
    const telling = Object.entries(packages).filter(([, locked]) => locked.engines !== undefined);
    assert.deepEqual(
      telling.map(([path]) => path),
      [],
      'run `node scripts/complete-lockfile.ts`',
    );
  });

  it('each script of a package is allowed or refused, and nothing else', () => {
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = scripted.map(([path]) => path.split('node_modules/').at(-1));
    assert.deepEqual(Object.keys(allowScripts).sort(), names.sort());
    const refused = Object.keys(allowScripts).filter((name) => allowScripts[name] !== true);
    // The script of the one tells its makers who installs it; that of the other only makes smaller builds.
    assert.deepEqual(refused, ['@scarf/scarf', 'exifreader']);
  });
});

async function json<Content>(name: string): Promise<Content> {
  return JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8')) as Content;
}
