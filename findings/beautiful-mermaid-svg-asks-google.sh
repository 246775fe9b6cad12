#!/bin/sh
# beautiful-mermaid 1.1.3 (npm), which draws Mermaid diagrams as SVG without a browser.
#
# One would guess that such an SVG holds all it needs, as that of Mermaid itself does. It begins with a style that imports a font from
# fonts.googleapis.com, also when the option `font` names one of the system's: the name is put into that address.
#
# Someone who draws the diagrams of documents ahead of time meets it: opened offline they are in another font, online each reader is
# told to Google, and under a content security policy that allows no other host the browser complains.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund beautiful-mermaid@1.1.3

cat >tell.mjs <<'JS'
import { renderMermaidSVG } from 'beautiful-mermaid';

for (const options of [{}, { font: 'sans-serif' }]) {
  const [address] = /https:[^:)]*/.exec(renderMermaidSVG('flowchart LR\n  a --> b', options)) ?? ['none'];
  console.log(JSON.stringify(options), address);
}
JS

cat >expected <<'TXT'
{} https://fonts.googleapis.com/css2?family=Inter
{"font":"sans-serif"} https://fonts.googleapis.com/css2?family=sans-serif
TXT

node tell.mjs >seen
diff expected seen
cat seen
