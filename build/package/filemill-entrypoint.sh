#!/bin/sh
# Runs what the argument of the image filemill names: a service with the settings of its own image, or a command of `filemill`.
set -eu

serve() {
  export FILEMILL_LOG_FORMAT="${FILEMILL_LOG_FORMAT:-json}"
  export FILEMILL_OPS_LISTEN="${FILEMILL_OPS_LISTEN:-0.0.0.0:9090}"
  export FILEMILL_STORAGE_DIR="${FILEMILL_STORAGE_DIR:-/var/lib/filemill}"
  # What Node is told, and why: src/local/processes/service-runtime.ts.
  exec node --max-semi-space-size=4 --no-parallel-scavenge --heap-growing-percent=100 "src/services/$1/main.ts"
}

# A container's address is another machine's to those outside: callers need the token in admin-token, unless they need none.
everything() {
  auth=--auth
  if [ "${FILEMILL_ALLOW_ANONYMOUS:-0}" = 1 ]; then auth=''; fi
  # shellcheck disable=SC2086 # nothing, or one word
  exec filemill up --listen 0.0.0.0 --data-dir /var/lib/filemill $auth "$@"
}

case "$#:${1:-up}" in
  1:upload) FILEMILL_GRPC_LISTEN="${FILEMILL_GRPC_LISTEN:-0.0.0.0:50051}"; export FILEMILL_GRPC_LISTEN; serve upload ;;
  1:metadata) FILEMILL_GRPC_LISTEN="${FILEMILL_GRPC_LISTEN:-0.0.0.0:50052}"; export FILEMILL_GRPC_LISTEN; serve metadata ;;
  1:result) FILEMILL_GRPC_LISTEN="${FILEMILL_GRPC_LISTEN:-0.0.0.0:50053}"; export FILEMILL_GRPC_LISTEN; serve result ;;
  1:web) FILEMILL_HTTP_LISTEN="${FILEMILL_HTTP_LISTEN:-0.0.0.0:8080}"; export FILEMILL_HTTP_LISTEN; serve web ;;
  1:worker) serve worker ;;
  0:up) everything ;;
  *:up) shift; everything "$@" ;;
  *) exec filemill "$@" ;;
esac
