#!/usr/bin/env bash
# Uploads testdata/sample.txt from N client processes at the same time (10 unless told otherwise), waits
# up to 120 s, and checks that each of the N ids given is distinct, COMPLETED, and has one result.
#
#   ./stress_test.sh [N]        FILEMILL_SERVER names the server (127.0.0.1:50051 by default)
set -euo pipefail

clients=${1:-10}
if ! [[ $clients =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: $0 [N]" >&2
  exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The project's own Node, so that no client has to look for it.
export PATH="$root/node_modules/.bin:$PATH"
export FILEMILL_SERVER=${FILEMILL_SERVER:-127.0.0.1:50051}
sample="$root/testdata/sample.txt"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

filemill() {
  node "$root/bin/filemill.js" "$@"
}

echo "Uploading sample.txt from $clients clients to $FILEMILL_SERVER…"
pids=()
for ((client = 1; client <= clients; client++)); do
  filemill upload "$sample" --json --timeout 120s >"$folder/$client.json" 2>"$folder/$client.err" &
  pids+=("$!")
done
failed=0
for client in "${!pids[@]}"; do
  if ! wait "${pids[$client]}"; then
    failed=$((failed + 1))
    echo "Client $((client + 1)) failed:" >&2
    cat "$folder/$((client + 1)).err" >&2
  fi
done
if ((failed > 0)); then
  echo "$failed of $clients uploads were not acknowledged." >&2
  exit 1
fi
echo 'All uploads sent!'

cat "$folder"/*.json >"$folder/acknowledged"
# What did not end in time is found by the comparison below, with its state.
filemill wait - --json --quiet --timeout 120s <"$folder/acknowledged" >"$folder/ended" 2>"$folder/wait.err" || true
filemill get - --json --quiet --timeout 30s <"$folder/acknowledged" >"$folder/states" 2>>"$folder/wait.err" || true

if ! node "$root/scripts/stress-report.ts" "$clients" "$sample" "$folder/acknowledged" "$folder/states"; then
  cat "$folder/wait.err" >&2
  exit 1
fi
