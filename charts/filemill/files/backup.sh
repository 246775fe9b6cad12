#!/usr/bin/env bash
# Writes the rows and the bytes of Filemill to a new folder of BACKUP_DIR, while everything runs. It becomes one of the
# backups by its last step alone, and is named by its time.
#
# The bytes of every row of the dump must be in the copy. So most of them are copied before it, and what came or changed since
# is copied after it. In between, a small file may have been moved to another segment and its row with it; its old place, which
# the dump names, is emptied ten minutes later. So the dump and the second copy take less than that, or are repeated.
set -euo pipefail

: "${FILEMILL_DATABASE_URL_FILE:?names the file with the URL of the owner of the tables}"
: "${BACKUP_DIR:?names the folder of the backups}"
storage=${FILEMILL_STORAGE_DIR:-}
keep=${BACKUP_KEEP:-7}
most_seconds=${BACKUP_DUMP_SECONDS:-600}
attempts=3

main() {
  local name folder attempt began
  name=$(date -u +%Y-%m-%dT%H-%M-%SZ)
  folder=$BACKUP_DIR/$name.unfinished
  rm -rf "$BACKUP_DIR"/*.unfinished
  mkdir -p "$folder"
  copy_bytes "$folder" 0
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    began=$SECONDS
    dump_rows "$folder"
    copy_bytes "$folder" "$attempt"
    if ((SECONDS - began < most_seconds)); then
      publish "$folder" "$BACKUP_DIR/$name"
      forget_old
      echo "backup: $name is complete: $(du -sh "$BACKUP_DIR/$name" | cut -f 1), $SECONDS s"
      return
    fi
    echo "backup: the rows and what changed meanwhile took $((SECONDS - began)) s, and $most_seconds s is the most: small files may have moved" >&2
  done
  echo 'backup: there is none. Archive the WAL and take snapshots of the volume instead: docs/deploy.md, "Backup and restore"' >&2
  return 1
}

# copy_bytes FOLDER LEVEL: all of them at level 0, then what is new since the level before.
copy_bytes() {
  local status=0
  [ -n "$storage" ] || return 0
  # What is on its way has no row yet, and there may be folders of the file system's.
  find "$storage" -maxdepth 1 \( -name objects -o -name segments -o -name texts \) -printf '%f\n' |
    tar --create --file="$1/bytes.$2.tar" --listed-incremental="$1/bytes.seen" --no-check-device \
      --directory="$storage" --files-from=- || status=$?
  # 1 says that files changed or went while they were read; 2 that the copy failed.
  ((status <= 1))
}

dump_rows() {
  pg_dump --dbname="$(cat "$FILEMILL_DATABASE_URL_FILE")" --format=custom --no-owner --file="$1/rows.dump"
}

publish() {
  (cd "$1" && rm -f bytes.seen && sha256sum -- * >SHA256SUMS)
  sync
  mv "$1" "$2"
  sync
}

forget_old() {
  local name
  find "$BACKUP_DIR" -maxdepth 1 -name '20*Z' -printf '%f\n' | sort -r | tail -n "+$((keep + 1))" |
    while read -r name; do rm -rf "${BACKUP_DIR:?}/$name"; done
}

main
