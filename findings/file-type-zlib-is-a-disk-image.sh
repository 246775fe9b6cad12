#!/bin/sh
# file-type 22.3.0 (npm), on zlib data that Node's own zlib writes with level 0 and 1.
#
# One would guess that a compressed stream which is not in the library's list is answered with undefined, as the same data are with the
# default level. With the levels 0 and 1, the fast ones, it is called a disk image of Apple (application/x-apple-diskimage): the library
# looks at the first two bytes, 78 01, which are the header of every zlib stream of these levels. A disk image has that header because
# its first block is compressed so; its own mark, "koly", is at the beginning of its last 512 bytes.
#
# A user meets it with cached pages, objects of Git and payloads of games: the answer is sure of itself and wrong.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund file-type@22.3.0

cat >tell.mjs <<'EOF'
import { deflateSync } from 'node:zlib';
import { fileTypeFromBuffer } from 'file-type';

for (const level of [0, 1, 6, 9]) {
  const data = deflateSync('words '.repeat(100), { level });
  console.log(level, data.subarray(0, 2).toString('hex'), JSON.stringify(await fileTypeFromBuffer(data)));
}
EOF

cat >expected <<'EOF'
0 7801 {"ext":"dmg","mime":"application/x-apple-diskimage"}
1 7801 {"ext":"dmg","mime":"application/x-apple-diskimage"}
6 789c undefined
9 78da undefined
EOF

node tell.mjs | tee seen
diff expected seen
echo "As it was seen with file-type 22.3.0: zlib data of the fast levels are a disk image."
