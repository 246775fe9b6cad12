#!/usr/bin/env bash
# Prints the Secret that k8s/*.yaml mount, with new random passwords:
#
#   k8s/make-secrets.sh | kubectl create -f -
#
# `create`, not `apply`: a second run must not change the password of a database that has one. With databases of your
# own, set FILEMILL_DATABASE_URL, FILEMILL_ADMIN_DATABASE_URL (empty when you make role and database yourself) and
# FILEMILL_REDIS_URL. NAMESPACE is filemill unless you say otherwise.
set -euo pipefail

main() {
  local postgres_password database_password redis_password upload metadata worker service_token
  postgres_password=$(random_password)
  database_password=$(random_password)
  redis_password=$(random_password)
  upload=$(random_password)
  metadata=$(random_password)
  worker=$(random_password)
  service_token=$(random_password)
  cat <<YAML
apiVersion: v1
kind: Secret
metadata:
  name: filemill-secrets
  namespace: ${NAMESPACE:-filemill}
  labels:
    app.kubernetes.io/part-of: filemill
type: Opaque
stringData:
  postgres-password: '$postgres_password'
  admin-database-url: $(quoted "${FILEMILL_ADMIN_DATABASE_URL-postgresql://postgres:$postgres_password@postgres:5432/postgres}")
  database-password: '$database_password'
  database-url: $(quoted "${FILEMILL_DATABASE_URL:-postgresql://file_processor:$database_password@postgres:5432/metadata_db}")
  redis-password: '$redis_password'
  service-token: '$service_token'
  redis-url-upload: $(redis_url upload "$upload")
  redis-url-metadata: $(redis_url metadata "$metadata")
  redis-url-worker: $(redis_url worker "$worker")
  redis-users.acl: |
    user default off
    user probe on #$(sha256 "$redis_password") resetchannels -@all +ping
    user upload on #$(sha256 "$upload") resetchannels ~filemill:work -@all +ping $ringing
    user metadata on #$(sha256 "$metadata") resetchannels ~filemill:work -@all +ping $ringing
    user worker on #$(sha256 "$worker") resetchannels ~filemill:work -@all +ping $working
YAML
}

# What each service does in Redis, and all that it may: `upload` and `metadata` ring, `worker` takes work and returns it.
ringing='+xadd +xlen'
working='+xadd +xreadgroup +xautoclaim +xack +xdel +xgroup|create +xgroup|delconsumer +xinfo|consumers +watch +unwatch +multi +exec'

redis_url() {
  quoted "${FILEMILL_REDIS_URL:-redis://$1:$2@redis:6379}"
}

# 192 bits, in characters that need no quoting in a URL.
random_password() {
  head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

sha256() {
  printf '%s' "$1" | sha256sum | cut -d ' ' -f 1
}

# As YAML's single-quoted scalar.
quoted() {
  printf "'%s'" "${1//\'/\'\'}"
}

main
