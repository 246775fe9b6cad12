import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The part that is used here: the types of Node leave WebAssembly to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Chardetng };
};

/** The exports that are used. `feed` frees the bytes that it is given. */
interface Chardetng {
  readonly memory: { readonly buffer: ArrayBuffer };
  __wbindgen_add_to_stack_pointer(distance: number): number;
  __wbindgen_malloc(length: number): number;
  __wbindgen_free(address: number, length: number): void;
  __wbg_encodingdetector_free(detector: number): void;
  encodingdetector_new(): number;
  encodingdetector_feed(detector: number, address: number, length: number, isLast: number): number;
  encodingdetector_guess(result: number, detector: number, domain: number, length: number, allowUtf8: number): void;
}

let instance: Chardetng | undefined;

/**
 * The detector of Firefox: which charset other than UTF-8 the bytes are most likely in, by its name in the Encoding Standard
 * and in lower case. It always has an answer. It is made when the first text needs it; the package's own module would make
 * Node warn that imports of WebAssembly are experimental.
 */
export function guessCharset(bytes: Uint8Array): string {
  instance ??= load();
  const { memory, ...detector } = instance;
  const address = detector.__wbindgen_malloc(bytes.length);
  new Uint8Array(memory.buffer).set(bytes, address);
  const state = detector.encodingdetector_new();
  const result = detector.__wbindgen_add_to_stack_pointer(-16);
  try {
    detector.encodingdetector_feed(state, address, bytes.length, 1);
    detector.encodingdetector_guess(result, state, 0, 0, 0);
    const [name = 0, length = 0] = new Int32Array(memory.buffer, result, 2);
    const found = Buffer.from(memory.buffer, name, length).toString('latin1').toLowerCase();
    detector.__wbindgen_free(name, length);
    return found;
  } finally {
    detector.__wbindgen_add_to_stack_pointer(16);
    detector.__wbg_encodingdetector_free(state);
  }
}

function load(): Chardetng {
  const path = fileURLToPath(import.meta.resolve('chardetng-wasm/dist/chardetng_wasm_bg.wasm'));
  const refuse = () => {
    throw new Error('The charset detector failed.');
  };
  const imports = { './chardetng_wasm_bg.js': { __wbindgen_throw: refuse } };
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), imports).exports;
}
