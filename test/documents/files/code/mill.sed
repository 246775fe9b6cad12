#!/bin/sed -f
s/closed/open/g
/^#/d
