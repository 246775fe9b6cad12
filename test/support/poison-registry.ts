import { checkedRegistry, analyzers as standard } from '#analysis/registry.ts';

/**
 * For tests, which alone may select it: the analysers of production, and one that does harm when the file's
 * name asks for it.
 */
export const registryOf = () =>
  checkedRegistry([
    ...standard,
    {
      name: 'poison',
      version: '1',
      needs: [],
      start: ({ filename }) => ({
        update: () => harms[filename]?.(),
        finish: () => ({}),
      }),
    },
  ]);

/** The part of it that is used here; Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { run(): void } };
};

const harms: Readonly<Record<string, () => void>> = {
  loop() {
    for (;;);
  },
  wasm() {
    new WebAssembly.Instance(new WebAssembly.Module(endlessLoop)).exports.run();
  },
  heap() {
    // Small pieces: V8 ends the process, not the thread, when one allocation overshoots the limit by far.
    let kept: object = {};
    for (;;) kept = { kept };
  },
  buffers() {
    // Not counted by the limits of a thread's heap; bounded for the sake of the machine that tests.
    const kept: Buffer[] = [];
    while (kept.length < 4_000) kept.push(Buffer.alloc(2 ** 20, 1));
    for (;;);
  },
  throw() {
    throw new Error('the content upset me: \ud800\0');
  },
  exit() {
    process.exit(3);
  },
  later() {
    setTimeout(() => {
      throw new Error('too late');
    });
  },
  crash() {
    process.kill(process.pid, 'SIGSEGV');
    for (;;);
  },
  crashLater() {
    setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 50);
  },
};

/** `(module (func (export "run") (loop br 0)))` */
const endlessLoop = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // \0asm, version 1
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // one type: no parameters, no results
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x07, 0x07, 0x01, 0x03, 0x72, 0x75, 0x6e, 0x00, 0x00], // exported as "run"
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x03, 0x40, 0x0c, 0x00, 0x0b, 0x0b], // loop; br 0; end; end
]);
