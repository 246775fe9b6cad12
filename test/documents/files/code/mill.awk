#!/usr/bin/awk -f
BEGIN { FS = "," }
{ sum += $2 }
END { print sum }
