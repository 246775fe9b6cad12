#!/usr/bin/env bash
# Makes the passwords that compose.yaml mounts, once: new random ones, in .secrets/, which git ignores.
#
#   build/make-compose-secrets.sh && docker compose up --detach --build
#
# They are the entries of the Secret that k8s/make-secrets.sh makes, a file each. Containers read them under their own
# users, so the files are open and the folder is closed. Those that an earlier release did not need are added.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=.secrets
new=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$new"' EXIT
k8s/make-secrets.sh | awk -v folder="$new" '
  /^stringData:/ { inside = 1; next }
  !inside { next }
  /^  [^ ].*: \|$/ { file = folder "/" substr($1, 1, length($1) - 1); next }
  /^    / { print substr($0, 5) > file; next }
  { value = substr($0, index($0, ": ") + 2); gsub(/^\047|\047$/, "", value)
    print value > (folder "/" substr($1, 1, length($1) - 1)) }'
chmod 444 "$new"/*
if [ -e "$folder" ]; then
  echo "$folder is there already: the databases know those passwords, so they stay." >&2
  # The users of Redis and their URLs go together, and nothing in Redis has to be kept.
  [ -e "$folder/redis-url-metadata" ] || rm -f "$folder"/redis-*
  for file in "$new"/*; do
    name=${file##*/}
    [ ! -e "$folder/$name" ] || continue
    mv "$file" "$folder/$name"
    echo "Made $folder/$name, which an earlier release did not need." >&2
  done
  exit 0
fi
mv "$new" "$folder"
echo "Made $(find "$folder" -type f | wc -l) secrets in $folder/."
