import promises, { open, readlink } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';
import { mock } from 'node:test';

/** Notes every sync, rename and link below `root` before it happens; `interfere` may throw instead. */
export async function traceCalls(root: string, interfere: (call: string) => void = () => undefined) {
  const seen: string[] = [];
  const note = (call: string) => {
    seen.push(call);
    interfere(call);
  };
  await using probe = await open('/dev/null');
  const prototype = Object.getPrototypeOf(probe) as typeof probe;
  const sync = prototype.sync;
  const { rename: realRename, link: realLink } = promises;
  const mocks = [
    mock.method(prototype, 'sync', async function (this: typeof probe) {
      note(`sync ${relative(root, await readlink(`/proc/self/fd/${this.fd}`))}`);
      await sync.call(this);
    }),
    mock.method(promises, 'rename', async (from: string, to: string) => {
      note(`rename ${relative(root, from)} ${relative(root, to)}`);
      await realRename(from, to);
    }),
    mock.method(promises, 'link', async (from: string, to: string) => {
      note(`link ${relative(root, from)} ${relative(root, to)}`);
      await realLink(from, to);
    }),
  ];
  syncBuiltinESMExports();
  return {
    seen,
    [Symbol.dispose]() {
      for (const { mock } of mocks) mock.restore();
      syncBuiltinESMExports();
    },
  };
}
