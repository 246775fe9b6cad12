#!/bin/sh
# @hyzyla/pdfium 2.1.13 (npm; PDFium in WebAssembly), on a PDF that ReportLab 4.4.4 writes in a Chinese font of the reader's.
#
# One would guess that the text of a page has every line of it. Of twenty equal lines, twenty points apart, the text has one, if
# a line is long (28 ideographs) and its font is not embedded, as is usual for the fonts that every reader of Asian PDFs has.
# Short lines are all there, and so are long ones in Helvetica. PDFium drops text that is drawn again over itself, as for bold
# print, and takes these lines for that. pdftotext gives all of them.
#
# A user meets it in forms and tables of old Asian PDFs that repeat a long line: text is missing without an error.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @hyzyla/pdfium@2.1.13
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check reportlab==4.4.4

cat >make.py <<'END'
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
lines = {
    "long": ("STSong-Light", "天地玄黄宇宙洪荒" * 3 + "日月盈昃"),
    "short": ("STSong-Light", "天地"),
    "latin": ("Helvetica", "The mill stood by the river, and the river stood still"),
}
for name, (font, line) in lines.items():
    canvas = Canvas(name + ".pdf")
    canvas.setFont(font, 12)
    for at in range(20):
        canvas.drawString(50, 780 - 20 * at, line)
    canvas.save()
END

cat >count.mjs <<'END'
import { readFile } from 'node:fs/promises';
import { PDFiumLibrary } from '@hyzyla/pdfium';

const library = await PDFiumLibrary.init();
for (const name of ['long', 'short', 'latin']) {
  const document = await library.loadDocument(await readFile(`${name}.pdf`));
  console.log(name, document.getPage(0).getText().split('\r\n').length);
  document.destroy();
}
END

cat >expected <<'END'
long 1
short 20
latin 20
END

venv/bin/python make.py
node count.mjs | tee seen
diff expected seen
echo "As it was seen with @hyzyla/pdfium 2.1.13: of twenty equal lines, one is in the text."
