import { bestLanguage, isLanguage, shows } from './code.ts';
import { isProse } from './prose.ts';
import { type Guess, likely, type Page, possible } from './reading.ts';
import { codeTypes } from './types/code.ts';
import { hintedTypes } from './types/hinted.ts';
import { provenTypes } from './types/proven.ts';

/** What an extension stands for. */
interface Meaning {
  /** All types, those that the content must show first. */
  readonly all: readonly string[];
  /** Those of source code. */
  readonly programs: readonly string[];
  /** That of what people read, or write by hand. */
  readonly document: string | undefined;
}

/** Made once: a text would wait longer for the lists of its extension than for most of its detectors. */
const meanings = meaningsOf(byExtension(provenTypes), byExtension(hintedTypes), byExtension(codeTypes));

type Types = ReadonlyMap<string, readonly string[]>;

function byExtension(types: typeof codeTypes): Types {
  const mimes = new Map<string, string[]>();
  for (const [mime, , ...extensions] of types)
    for (const extension of extensions) mimes.set(extension, [...(mimes.get(extension) ?? []), mime]);
  return mimes;
}

function meaningsOf(proven: Types, hinted: Types, programs: Types): ReadonlyMap<string, Meaning> {
  const of = (extension: string): Meaning => ({
    all: [proven, hinted, programs].flatMap((types) => types.get(extension) ?? []),
    programs: programs.get(extension) ?? [],
    document: hinted.get(extension)?.[0],
  });
  const known = new Set([...proven.keys(), ...hinted.keys(), ...programs.keys()]);
  return new Map([...known].map((extension) => [extension, of(extension)]));
}

/** Files that have their name instead of an extension. */
const names: Readonly<Record<string, string>> = {
  makefile: 'text/x-makefile',
  gnumakefile: 'text/x-makefile',
  bsdmakefile: 'text/x-makefile',
  dockerfile: 'text/x-dockerfile',
  containerfile: 'text/x-dockerfile',
  'cmakelists.txt': 'text/x-cmake',
  'meson.build': 'text/x-meson',
  gemfile: 'text/x-ruby',
  rakefile: 'text/x-ruby',
  vagrantfile: 'text/x-ruby',
  podfile: 'text/x-ruby',
  brewfile: 'text/x-ruby',
  guardfile: 'text/x-ruby',
  fastfile: 'text/x-ruby',
  sconstruct: 'text/x-python',
  sconscript: 'text/x-python',
  wscript: 'text/x-python',
  jenkinsfile: 'text/x-groovy',
  configure: 'text/x-shellscript',
  pkgbuild: 'text/x-shellscript',
  '.bashrc': 'text/x-shellscript',
  '.bash_profile': 'text/x-shellscript',
  '.bash_aliases': 'text/x-shellscript',
  '.bash_logout': 'text/x-shellscript',
  '.profile': 'text/x-shellscript',
  '.zshrc': 'text/x-shellscript',
  '.zprofile': 'text/x-shellscript',
  '.vimrc': 'text/x-vim',
  '.emacs': 'text/x-emacs-lisp',
  '.gitconfig': 'text/x-ini',
  '.editorconfig': 'text/x-ini',
  '.npmrc': 'text/x-ini',
  '.clang-format': 'application/yaml',
  '.htaccess': 'application/x-httpd-config',
  'cargo.lock': 'application/toml',
  pipfile: 'application/toml',
  'configure.ac': 'text/x-m4',
  'configure.in': 'text/x-m4',
};
/** A file may be called `constructor`, which every object has. */
const typeByName = new Map(Object.entries(names));

/** The type that the name gives to this text, if the content allows it; among the types of an extension, one of `guesses`. */
export function named(page: Page, guesses: readonly Guess[]): Guess | undefined {
  const filename = page.filename.slice(page.filename.lastIndexOf('/') + 1).toLowerCase();
  const whole =
    typeByName.get(filename) ??
    (/^(?:makefile|dockerfile)\./.test(filename) ? typeByName.get(filename.split('.', 1)[0] as string) : undefined);
  if (whole !== undefined && allows(whole, page)) return possible(whole);
  const meaning = meanings.get(page.extension);
  if (meaning === undefined) return undefined;
  const { all, programs, document } = meaning;
  const guess = guesses.find(({ mime }) => all.includes(mime));
  if (guess !== undefined) return guess;
  const program = programs.length > 1 ? (bestLanguage(programs, page.inked) ?? programs[0]) : programs[0];
  if (program !== undefined && allows(program, page))
    return shows(program, page.inked) ? likely(program) : possible(program);
  return document === undefined ? undefined : possible(document);
}

/** A text that people are meant to read is no program, unless it is written in words, as SQL is. */
function allows(mime: string, { inked }: Page): boolean {
  return !isProse(inked) || (isLanguage(mime) && shows(mime, inked));
}
