#!/usr/bin/env fish
set sacks 41
if test $sacks -gt 40
    echo "$sacks sacks"
end
