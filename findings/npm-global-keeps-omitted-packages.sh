#!/bin/sh
# npm 11.19.0, installing a tarball that has optional dependencies. npm 10.9.4 does the same.
#
# One would guess that --omit=optional leaves them out wherever something is installed. It does in a project; with --global it is
# taken without a word and leaves out nothing.
#
# Programs that carry large binaries of each platform as optional packages meet it: someone who has these already, and says so, gets
# them again.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund npm@11.19.0
PATH="$folder/node_modules/.bin:$PATH"

mkdir program
cat >program/package.json <<'JSON'
{ "name": "program", "version": "1.0.0", "optionalDependencies": { "is-number": "7.0.0" } }
JSON
npm pack --silent ./program >/dev/null

install() {
  npm install --silent --no-audit --no-fund --omit=optional "$@" "$folder/program-1.0.0.tgz"
}
mkdir project
(cd project && npm init --yes >/dev/null && install)
install --global --prefix "$folder/global"

cat >expected <<'TXT'
npm 11.19.0
packages named is-number in the project: 0
packages named is-number in the global folder: 1
TXT

count() {
  find "$1" -type d -name is-number | wc -l | tr -d ' '
}
{
  echo "npm $(npm --version)"
  echo "packages named is-number in the project: $(count project)"
  echo "packages named is-number in the global folder: $(count global)"
} >seen
diff expected seen
cat seen
