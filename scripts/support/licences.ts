import type { Lockfile } from './sbom.ts';

/** Licences that ask for no more than a notice, or for the source of the file that was changed. */
const allowed = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MPL-2.0'];

/** Further licences, and why each is no burden. */
const excused: Readonly<Record<string, string>> = {
  'MIT-0': 'MIT without the duty to keep the notice (postal-mime)',
  Unlicense: 'dedicated to the public domain (fast-sha256)',
  '0BSD': 'ISC without the duty to keep the notice (tslib)',
};

/** The same for packages that are part of no image and no installation. */
const excusedInDevelopment: Readonly<Record<string, string>> = {
  'BlueOak-1.0.0': 'asks for no more than a notice, and grants patents (minipass, of the guide)',
  'CC0-1.0': 'dedicated to the public domain (railroad-diagrams, type-fest)',
  'Python-2.0': 'asks for no more than a notice (argparse, of the guide)',
};

/** Packages that declare none, and what their own files say. */
const undeclared: Readonly<Record<string, string>> = {
  // Its readme says so. It comes with tus-js-client, for tests alone.
  'combine-errors': 'MIT',
};

/** Every package whose licence is not allowed. Of a choice (`MIT OR GPL-2.0`), each must be. */
export function licenceProblems({ packages }: Lockfile): string[] {
  return Object.entries(packages).flatMap(([folder, { license, dev = false }]) => {
    if (folder === '') return [];
    const name = folder.replace(/^.*node_modules\//, '');
    const expression = license ?? undeclared[name] ?? 'no licence';
    const ids = expression.replace(/[()]/g, '').split(/ AND | OR /);
    const isAllowed = (id: string) => allowed.includes(id) || id in excused || (dev && id in excusedInDevelopment);
    return ids.every(isAllowed) ? [] : [`${name}: ${expression}`];
  });
}
