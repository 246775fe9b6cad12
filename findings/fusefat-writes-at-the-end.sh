#!/bin/sh
# fusefat 0.1a, FAT as a file system in user space, in Debian 12 as 0.1a-3. Needs root, or a fusermount, and /dev/fuse.
#
# One would guess that a write that is answered with success is read where it was written, or that a driver that cannot write
# within a file says so. It does neither: pwrite(2) of two bytes at offset 2 of a file of ten answers 2, fsync(2) succeeds, and
# once the file was closed the two bytes stand at its end, in place of the last two. What is read before that is neither, and not
# always the same. statvfs(3) tells of 0 blocks, so that by its free room the disk is full.
#
# A user meets it with an image or a USB disk that is mounted without root (`fusefat -o rw+`): a store that writes in place keeps other
# bytes than it was given, and hears nothing of it.
set -eu

folder=$(mktemp -d)
trap 'umount "$folder/mounted" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq -o APT::Sandbox::User=root fusefat=0.1a-3 libfuse2=2.9.9-6+b1 dosfstools=4.2-1
for package in *.deb; do dpkg-deb --extract "$package" root; done
LD_LIBRARY_PATH=$(dirname "$(find "$folder/root" -name libfuse.so.2)")
export LD_LIBRARY_PATH

truncate -s 64M disk
root/sbin/mkfs.fat -F 32 disk >mkfs.log
mkdir mounted
root/usr/bin/fusefat -o rw+ disk mounted >fusefat.log 2>&1

python3 - <<'END'
import os

file = os.open("mounted/file", os.O_RDWR | os.O_CREAT)
written = os.pwrite(file, b"0123456789", 0), os.pwrite(file, b"ab", 2)
os.fsync(file)
before = os.pread(file, 20, 0)
os.close(file)
after = open("mounted/file", "rb").read()
blocks = os.statvfs("mounted").f_blocks
print("written:", written, "read before the close:", before, "after it:", after, "blocks:", blocks)
assert written == (10, 2)
assert before != b"01ab456789", "it reads what was written now"
assert after == b"01234567ab", "it writes where it is told to now"
assert blocks == 0, "it tells its size now"
END
echo "As it was seen with fusefat 0.1a: what is written within a file stands at its end."
