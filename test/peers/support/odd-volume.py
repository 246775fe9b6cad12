"""A file system that passes everything on to a folder, but for what its command line says it cannot.

odd-volume.py FOLDER MOUNTPOINT FAULT...
"""
import errno
import os
import sys

from fusepy import FUSE, FuseOSError, Operations

folder, mountpoint, *faults = sys.argv[1:]


def fails(fault, code):
    if fault in faults:
        raise FuseOSError(code)


def under(path):
    return folder + (path.upper() if 'upper-case' in faults else path)


class OddVolume(Operations):
    def __call__(self, operation, path, *args):
        try:
            return super().__call__(operation, under(path), *args)
        except OSError as error:
            raise FuseOSError(error.errno)

    chmod = staticmethod(os.chmod)
    chown = staticmethod(os.chown)
    mkdir = staticmethod(os.mkdir)
    rmdir = staticmethod(os.rmdir)
    unlink = staticmethod(os.unlink)

    def getattr(self, path, handle=None):
        found = os.lstat(path)
        names = ('st_atime', 'st_ctime', 'st_gid', 'st_mode', 'st_mtime', 'st_nlink', 'st_size', 'st_uid')
        attributes = {name: getattr(found, name) for name in names}
        if 'clock-ahead' in faults:
            attributes['st_mtime'] += 3600
        if 'open-to-all' in faults:
            attributes['st_mode'] |= 0o777
        return attributes

    def readdir(self, path, handle):
        return ['.', '..', *os.listdir(path)]

    def create(self, path, mode, info=None):
        if len(os.path.basename(path)) > 40:
            fails('short-names', errno.ENAMETOOLONG)
        return os.open(path, os.O_RDWR | os.O_CREAT, mode)

    def open(self, path, flags):
        return os.open(path, os.O_RDWR)

    def read(self, path, size, offset, handle):
        return os.pread(handle, size, offset)

    def write(self, path, data, offset, handle):
        if offset < os.fstat(handle).st_size:
            fails('append-only', errno.EOPNOTSUPP)
        return os.pwrite(handle, data, offset)

    def truncate(self, path, length, handle=None):
        os.truncate(path, length)

    def release(self, path, handle):
        os.close(handle)

    def fsync(self, path, datasync, handle):
        fails('no-file-sync', errno.EINVAL)
        os.fsync(handle)

    def fsyncdir(self, path, datasync, handle):
        fails('no-folder-sync', errno.EINVAL)

    def link(self, path, target):
        for fault, code in (('no-links', errno.EPERM), ('unknown-links', errno.ENOSYS), ('no-links-across', errno.EXDEV)):
            fails(fault, code)
        os.link(under(target), path)

    def rename(self, path, new):
        if os.path.exists(under(new)):
            fails('no-replacing', errno.EEXIST)
        if os.path.dirname(path) != os.path.dirname(under(new)):
            fails('no-moves', errno.EXDEV)
        os.rename(path, under(new))

    def utimens(self, path, times=None):
        os.utime(path, times)

    def statfs(self, path):
        found = os.statvfs(path)
        if 'sizeless' in faults:
            return {}
        # As file systems do that prefer large transfers: blocks are counted in fragments.
        sizes = {'f_bsize': 1024 * 1024, 'f_frsize': found.f_frsize, 'f_namemax': 255}
        return sizes | {name: getattr(found, name) for name in ('f_blocks', 'f_bfree', 'f_bavail', 'f_files', 'f_ffree')}


FUSE(OddVolume(), mountpoint, foreground=True, nothreads=True, raw_fi=False, default_permissions=True)
