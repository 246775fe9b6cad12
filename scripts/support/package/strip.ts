import { stripTypeScriptTypes } from 'node:module';

/** `from './x.ts'`, `import './x.ts'` and `import('./x.ts')`. What begins with # goes through the `imports` of package.json. */
const relativeImport = /(\b(?:from|import)\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

/**
 * Makes of a module what Node itself makes of it in a clone: the types become blanks, so that lines and columns of a stack
 * trace are those of the source.
 *
 * @throws Error for a module that names another .ts file in a way that is not rewritten
 */
export function javaScriptOf(source: string, path: string): string {
  const code = stripTypeScriptTypes(source, { mode: 'strip' }).replace(relativeImport, '$1$2$3.js$2');
  const left = /new URL\([`'"][^`'"]*\.ts[`'"]/.exec(code);
  if (left)
    throw new Error(`${path}: ${left[0]} names a file that the package does not have; use import.meta.resolve('#…').`);
  return code;
}
