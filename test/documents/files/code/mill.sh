#!/bin/sh
set -eu
sacks=41
if [ "$sacks" -gt 40 ]; then
  echo "$sacks sacks"
fi
