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
  local postgres_password database_password redis_password
  postgres_password=$(random_password)
  database_password=$(random_password)
  redis_password=$(random_password)
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
  redis-url: $(quoted "${FILEMILL_REDIS_URL:-redis://filemill:$redis_password@redis:6379}")
  redis-users.acl: |
    user default off
    user filemill on #$(sha256 "$redis_password") resetchannels ~filemill:* -@all +@stream +@transaction +info +ping
YAML
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
