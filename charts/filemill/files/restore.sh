#!/usr/bin/env bash
# Restores a backup into an empty system: the rows, then the bytes. No service may run meanwhile, since workers would look for bytes
# that are not back yet. RESTORE_FROM is the name of a backup, or `newest`.
#
# The migrations come before it, which make the roles and the database, and after it, since the schema is then that of the backup.
# It may be repeated after a failure.
set -euo pipefail

: "${FILEMILL_DATABASE_URL_FILE:?names the file with the URL of the owner of the tables}"
: "${BACKUP_DIR:?names the folder of the backups}"
: "${RESTORE_FROM:?names a backup, or is newest}"
storage=${FILEMILL_STORAGE_DIR:-}
url=$(cat "$FILEMILL_DATABASE_URL_FILE")

main() {
  local name=$RESTORE_FROM
  if [ "$name" = newest ]; then name=$(backups | tail -n 1); fi
  [ -f "$BACKUP_DIR/$name/SHA256SUMS" ] || refuse "there is no backup $RESTORE_FROM in $BACKUP_DIR, but these: $(backups | xargs)"
  (cd "$BACKUP_DIR/$name" && sha256sum --check --quiet SHA256SUMS) || refuse "$name is damaged: take another"
  [ "$(count_files)" = 0 ] || refuse 'the database holds files: restore into an empty one'
  # Without the empty tables that the migrations made. The database and the roles stay.
  query 'drop owned by current_user'
  pg_restore --dbname="$url" --no-owner --single-transaction --exit-on-error "$BACKUP_DIR/$name/rows.dump"
  echo "restore: $(count_files) rows of files after $SECONDS s"
  if [ -n "$storage" ]; then restore_bytes "$BACKUP_DIR/$name"; fi
  echo "restore: $name is restored, in $SECONDS s"
}

backups() {
  find "$BACKUP_DIR" -maxdepth 1 -name '20*Z' -printf '%f\n' | sort
}

# 0 as well where a restore was interrupted after it had dropped the tables.
count_files() {
  if [ -n "$(query "select to_regclass('files')")" ]; then query 'select count(*) from files'; else echo 0; fi
}

# Later levels hold what is newer than those before.
restore_bytes() {
  local level=0
  while [ -f "$1/bytes.$level.tar" ]; do
    tar --extract --file="$1/bytes.$level.tar" --no-overwrite-dir --directory="$storage"
    level=$((level + 1))
  done
}

query() {
  psql --dbname="$url" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --command="$1"
}

refuse() {
  echo "restore: $1" >&2
  exit 1
}

main
