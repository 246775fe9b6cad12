"""Archives and compressed files."""
import io
import zipfile

import prose
from corpus import WORK, add, run, scratch, text
from docx import zipped

MEMBERS = {'papers/mill.txt': prose.MILL, 'papers/flour.txt': prose.FLOUR, 'papers/water.txt': prose.WATER}


def make():
    root = WORK / 'archive'
    for name, content in MEMBERS.items():
        scratch(f'archive/{name}', content)

    def made(name, mime, *command, cwd=root, is_text=False, **facts):
        path = WORK / name
        run(*[str(part).replace('@', str(path)) for part in command], cwd=cwd)
        if is_text:
            text(f'archives/{name}', path.read_bytes(), mime, nameless=True)
        else:
            add(f'archives/{name}', path.read_bytes(), mime, **facts)

    bsdtar = lambda *options: ('bsdtar', '--uid', '0', '--gid', '0', '--uname', 'root', '--gname', 'root', *options, '-cf', '@', 'papers')
    made('papers.tar', 'application/x-tar', *bsdtar('--format', 'ustar'))
    made('papers-gnu.tar', 'application/x-tar', *bsdtar('--format', 'gnutar'))
    made('papers-pax.tar', 'application/x-tar', *bsdtar('--format', 'pax'))
    made('papers-v7.tar', 'application/x-tar', *bsdtar('--format', 'v7'))
    made('papers.zip', 'application/zip', *bsdtar('--format', 'zip'))
    made('papers.7z', 'application/x-7z-compressed', *bsdtar('--format', '7zip'))
    made('papers.xar', 'application/x-xar', *bsdtar('--format', 'xar'))
    made('papers.iso', 'application/x-iso9660-image', 'genisoimage', '-quiet', '-o', '@', 'papers')
    made('papers.cpio', 'application/x-cpio', *bsdtar('--format', 'newc'))
    made('papers-odc.cpio', 'application/x-cpio', *bsdtar('--format', 'odc'))
    made('papers.shar', 'text/x-shellscript', *bsdtar('--format', 'shar'), is_text=True)
    made('papers.warc', 'application/warc', *bsdtar('--format', 'warc'), is_text=True)
    made('papers.arj', 'application/x-arj', 'arj', 'a', '-r', '@', 'papers')
    made('papers.squashfs', 'application/vnd.squashfs', 'mksquashfs', 'papers', '@', '-quiet', '-no-progress', '-all-root')
    secret = WORK / 'secret.zip'
    run('7z', 'a', '-tzip', '-psecret', secret, 'papers', cwd=root)
    add('archives/secret.zip', secret.read_bytes(), 'application/zip')
    run('7z', 'a', '-psecret', '-mhe=on', WORK / 'secret.7z', 'papers', cwd=root)
    add('archives/secret.7z', (WORK / 'secret.7z').read_bytes(), 'application/x-7z-compressed')
    source = scratch('mill.txt', ' '.join(prose.ENGLISH * 4))
    for extension, mime, command, named in [
        ('gz', 'application/gzip', ['gzip', '-nc'], False), ('bz2', 'application/x-bzip2', ['bzip2', '-c'], False), ('xz', 'application/x-xz', ['xz', '-c'], False),
        ('zst', 'application/zstd', ['zstd', '-qc'], False), ('lz4', 'application/x-lz4', ['lz4', '-qc'], False), ('lz', 'application/x-lzip', ['lzip', '-c'], False),
        ('lzo', 'application/x-lzop', ['lzop', '-c'], False), ('lzma', 'application/x-lzma', ['xz', '--format=lzma', '-c'], False), ('Z', 'application/x-compress', ['compress', '-c'], False),
        ('br', 'application/x-brotli', ['brotli', '-c'], True),
    ]:
        add(f'archives/mill.txt.{extension}', run(*command, source), mime, nameless=not named)
    import gzip
    import zlib
    add('archives/two-members.gz', gzip.compress(b'first\n', mtime=0) + gzip.compress(b'second\n', mtime=0), 'application/gzip')
    add('archives/mill.zlib', zlib.compress(source.read_bytes()), 'application/zlib')
    tar = (WORK / 'papers.tar').read_bytes()
    add('archives/papers.tgz', gzip.compress(tar, mtime=0), 'application/gzip')
    made('mill.a', 'application/x-unix-archive', 'ar', 'rcD', '@', 'papers/mill.txt')
    manifest = 'Manifest-Version: 1.0\nMain-Class: example.Mill\n\n'
    java = bytes.fromhex('cafebabe00000041000a0700020100') + b'\x0cexample/Mill' + bytes(12)
    add('archives/mill.class', java, 'application/java-vm')
    add('archives/mill.jar', zipped({'META-INF/MANIFEST.MF': manifest, 'example/Mill.class': java}), 'application/java-archive')
    add('archives/mill.apk', zipped({'AndroidManifest.xml': b'\x03\x00\x08\x00' + bytes(40), 'classes.dex': b'dex\n035\0' + bytes(60), 'META-INF/MANIFEST.MF': manifest}), 'application/vnd.android.package-archive')
    add('archives/mill.xpi', zipped({'manifest.json': '{"manifest_version": 2}', 'META-INF/mozilla.rsa': b'0'}), 'application/x-xpinstall')
    add('archives/way.kmz', zipped({'doc.kml': '<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'}), 'application/vnd.google-earth.kmz')
    add('archives/mill.deb', deb(), 'application/vnd.debian.binary-package')
    add('archives/empty.zip', b'PK\x05\x06' + bytes(18), 'application/zip')
    out = io.BytesIO(b'')
    with zipfile.ZipFile(out, 'w') as archive:
        archive.comment = b'a comment'
        archive.writestr(zipfile.ZipInfo('a.txt', (2026, 3, 14, 9, 26, 52)), 'a')
    add('archives/comment.zip', out.getvalue(), 'application/zip')
    scratch('archive/cab/mill.txt', prose.MILL)
    add('archives/mill.cab', cab(prose.MILL.encode()), 'application/vnd.ms-cab-compressed')


def deb():
    member = lambda name, data: f'{name:<16}{0:<12}{0:<6}{0:<6}{"100644":<8}{len(data):<10}`\n'.encode() + data + b'\n' * (len(data) % 2)
    import gzip
    return b'!<arch>\n' + member('debian-binary', b'2.0\n') + member('control.tar.gz', gzip.compress(bytes(1024), mtime=0)) + member('data.tar.gz', gzip.compress(bytes(1024), mtime=0))


def cab(data):
    """A cabinet of one stored file ([MS-CAB])."""
    import struct
    name = b'mill.txt\0'
    folder_at = 36
    files_at = folder_at + 8
    data_at = files_at + 16 + len(name)
    size = data_at + 8 + len(data)
    header = b'MSCF' + struct.pack('<IIIIIBBHHHHH', 0, size, 0, files_at, 0, 3, 1, 1, 1, 0, 0x1234, 0)
    folder = struct.pack('<IHH', data_at, 1, 0)
    entry = struct.pack('<IIHHHH', len(data), 0, 0, 0x5C6E, 0x4B5A, 0x20) + name
    return header + folder + entry + struct.pack('<IHH', 0, len(data), len(data)) + data
