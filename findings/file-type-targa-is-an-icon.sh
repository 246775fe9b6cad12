#!/bin/sh
# file-type 22.3.0 (npm), on Targa images that Pillow 13.0.0 writes, and the worksheet of an old Lotus 1-2-3.
#
# One would guess that a format which is not in the library's list is answered with undefined, as that of packed Targa images is. The
# usual Targa image, true colour and not packed, is called an icon of Windows (image/x-icon, extension cur): the library looks at
# the first four bytes of a cursor, 00 00 02 00, and they are as well "no name, no colour map, type 2, 0" in the header of a Targa
# image, and the first record of a worksheet, whose number is 0 and whose length is 2.
#
# A user meets it where images of games, scanners and renderers come in: the answer is sure of itself and wrong. A real icon is
# told by its directory: images that lie behind it, within the file.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund file-type@22.3.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pillow==13.0.0

cat >make.py <<'END'
from PIL import Image

image = Image.new("RGB", (40, 30), (10, 200, 30))
image.save("true-colour.tga")
image.save("true-colour-packed.tga", rle=True)
image.convert("L").save("grey.tga")
image.convert("P").save("colour-map.tga")
Image.new("RGBA", (32, 32)).save("real.ico")
# The first record tells the version, 1-2-3 release 2; the second and last is the end.
with open("sheet.wk1", "wb") as sheet:
    sheet.write(bytes.fromhex("000002000604" "01000000"))
END

cat >tell.mjs <<'END'
import { fileTypeFromFile } from 'file-type';

for (const name of ['true-colour.tga', 'true-colour-packed.tga', 'grey.tga', 'colour-map.tga', 'sheet.wk1', 'real.ico'])
  console.log(name, JSON.stringify(await fileTypeFromFile(name)));
END

cat >expected <<'END'
true-colour.tga {"ext":"cur","mime":"image/x-icon"}
true-colour-packed.tga undefined
grey.tga undefined
colour-map.tga undefined
sheet.wk1 {"ext":"cur","mime":"image/x-icon"}
real.ico {"ext":"ico","mime":"image/x-icon"}
END

venv/bin/python make.py
node tell.mjs | tee seen
diff expected seen
echo "As it was seen with file-type 22.3.0: an uncompressed Targa image and a worksheet are icons."
