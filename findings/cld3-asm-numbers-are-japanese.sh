#!/bin/sh
# cld3-asm 4.0.0 (npm): Compact Language Detector 3 in WebAssembly, on texts without a single letter.
#
# One would guess that a text with no letters, or no text at all, has no language, or at least none that is reliable: the answer has
# the field is_reliable for it. An empty text, spaces, and a list of numbers are reliably Japanese, with a probability of 0.78.
# One word of English, which has letters to go by, is not reliable.
#
# A user meets it where tables of numbers, empty pages and scans without text are labelled: they come out as Japanese documents.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund cld3-asm@4.0.0

cat >tell.cjs <<'END'
const { loadModule } = require('cld3-asm');

loadModule().then((module) => {
  const detector = module.create(0, 1000);
  const numbers = Array.from({ length: 200 }, (_, index) => (index * 7919) % 1000).join(' ');
  for (const [name, text] of Object.entries({ empty: '', spaces: '   ', numbers, word: 'test' })) {
    const { language, probability, is_reliable } = detector.findLanguage(text);
    console.log(name, is_reliable ? language : 'unknown', is_reliable ? probability.toFixed(2) : '');
  }
});
END

cat >expected <<'END'
empty ja 0.78
spaces ja 0.78
numbers ja 0.78
word unknown 
END

node tell.cjs | tee seen
diff expected seen
echo "As it was seen with cld3-asm 4.0.0: texts without letters are reliably Japanese."
