#!/usr/bin/env bash
# Prints the Secret that k8s/*.yaml mount, with new random passwords:
#
#   k8s/make-secrets.sh | kubectl create -f -
#
# `create`, not `apply`: a second run must not change the password of a database that has one. With databases of your
# own, set FILEMILL_DATABASE_URL, FILEMILL_ADMIN_DATABASE_URL (empty when you make role and database yourself) and
# FILEMILL_REDIS_URL. metadata and result then connect by FILEMILL_DATABASE_URL too, unless FILEMILL_METADATA_DATABASE_URL
# and FILEMILL_RESULT_DATABASE_URL name roles of their own. NAMESPACE is filemill unless you say otherwise.
#
# docs/deploy.md, "Upgrading", relies on the order of the entries: the owner of the database first, the newest ones last.
set -euo pipefail

main() {
  local postgres_password owner redis_password upload metadata worker service_token
  local metadata_in_postgres result_in_postgres
  postgres_password=$(random_password)
  owner=$(random_password)
  redis_password=$(random_password)
  upload=$(random_password)
  metadata=$(random_password)
  worker=$(random_password)
  service_token=$(random_password)
  metadata_in_postgres=$(random_password)
  result_in_postgres=$(random_password)
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
  database-url: $(database_url file_processor "$owner")
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
  web-token: '$(random_password)'
  metadata-database-password: '$metadata_in_postgres'
  metadata-database-url: $(database_url filemill_metadata "$metadata_in_postgres" "${FILEMILL_METADATA_DATABASE_URL:-}")
  result-database-url: $(database_url filemill_result "$result_in_postgres" "${FILEMILL_RESULT_DATABASE_URL:-}")
  token-key: '$(random_password)'
  admin-token: '$(random_token)'
YAML
}

# What each service does in Redis, and all that it may: `upload` and `metadata` ring, `worker` takes work and returns it.
ringing='+xadd +xlen'
working='+xadd +xreadgroup +xautoclaim +xack +xdel +xgroup|create +xgroup|delconsumer +xinfo|consumers +watch +unwatch +multi +exec'

# database_url ROLE PASSWORD [URL]: the URL if there is one, else that of a database of your own, else the role in ours.
database_url() {
  quoted "${3:-${FILEMILL_DATABASE_URL:-postgresql://$1:$2@postgres:5432/metadata_db}}"
}

redis_url() {
  quoted "${FILEMILL_REDIS_URL:-redis://$1:$2@redis:6379}"
}

# 192 bits, in characters that need no quoting in a URL.
random_password() {
  random_hex 24
}

# A token of the operator's, like those of `filemill token mint`: 172 bits.
random_token() {
  local id secret
  id=$(random_hex 6)
  secret=$(random_hex 22)
  printf 'fm_%s_%s' "$id" "${secret:0:43}"
}

# random_hex BYTES
random_hex() {
  head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

sha256() {
  printf '%s' "$1" | sha256sum | cut -d ' ' -f 1
}

# As YAML's single-quoted scalar.
quoted() {
  printf "'%s'" "${1//\'/\'\'}"
}

main
