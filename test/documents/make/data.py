"""Data bases, data of science, fonts, programs, disks and other structured files."""
import pathlib
import plistlib
import sqlite3
import struct

import cfb
import numpy
import prose
from corpus import WORK, add, document, run, scratch, text
from docx import zipped


def databases():
    path = WORK / 'mill.sqlite'
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE sacks (month TEXT, rye INTEGER)')
        database.execute("INSERT INTO sacks VALUES ('March', 41)")
    database.close()
    add('data/mill.sqlite', path.read_bytes(), 'application/vnd.sqlite3')
    field = lambda name, kind, size: name.encode().ljust(11, b'\0') + kind + bytes(4) + bytes([size, 0]) + bytes(14)
    records = b''.join(b' ' + month.ljust(10).encode() + str(rye).rjust(5).encode() for month, rye in [('March', 41), ('April', 38)])
    add('data/sacks.dbf', b'\x03' + bytes([126, 3, 14]) + struct.pack('<IHH', 2, 97, 16) + bytes(20) + field('MONTH', b'C', 10) + field('RYE', b'N', 5) + b'\r' + records + b'\x1a',
        'application/vnd.dbf')
    access = b'\0\x01\0\0Standard Jet DB\0' + struct.pack('<I', 1) + bytes(4096 - 24)
    add('data/mill.mdb', access, 'application/x-msaccess')
    add('data/mill.accdb', access.replace(b'Standard Jet DB', b'Standard ACE DB'), 'application/x-msaccess')
    berkeley = bytes(12) + struct.pack('<IIIBB', 0x053162, 9, 4096, 0, 9)
    add('data/mill.bdb', berkeley + bytes(4096 - len(berkeley)), 'application/x-berkeley-db')


def science():
    import h5py
    import netCDF4
    import scipy.io
    with h5py.File(WORK / 'sacks.h5', 'w', libver='earliest') as file:
        file['sacks'] = numpy.array([41, 112])
    add('data/sacks.h5', (WORK / 'sacks.h5').read_bytes(), 'application/x-hdf')
    with netCDF4.Dataset(WORK / 'sacks.nc', 'w', format='NETCDF3_CLASSIC') as file:
        file.createDimension('month', 2)
        file.createVariable('sacks', 'i4', ('month',))[:] = [41, 112]
    add('data/sacks.nc', (WORK / 'sacks.nc').read_bytes(), 'application/x-netcdf')
    scipy.io.savemat(WORK / 'sacks.mat', {'sacks': numpy.array([41, 112])})
    add('data/sacks.mat', (WORK / 'sacks.mat').read_bytes(), 'application/x-matlab-data')
    numpy.save(WORK / 'sacks.npy', numpy.array([41, 112]))
    add('data/sacks.npy', (WORK / 'sacks.npy').read_bytes(), 'application/x-npy')
    card = lambda text: text.ljust(80).encode()
    header = card('SIMPLE  =                    T') + card('BITPIX  =                    8') + card('NAXIS   =                    0') + card('END')
    add('data/sky.fits', header.ljust(2880), 'application/fits')
    add('data/wind.grib', b'GRIB' + (100).to_bytes(3, 'big') + b'\x01' + bytes(88) + b'7777', 'application/x-grib')
    sas = bytes.fromhex('000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011')
    add('data/sacks.sas7bdat', sas + bytes(1024 - len(sas)), 'application/x-sas-data')
    add('data/sacks.dta', b'<stata_dta><header><release>118</release><byteorder>LSF</byteorder>' + bytes(40), 'application/x-stata-dta')
    add('data/sacks.parquet', b'PAR1' + bytes(20) + struct.pack('<I', 20) + b'PAR1', 'application/vnd.apache.parquet')
    add('data/sacks.avro', b'Obj\x01\x04\x16avro.schema\x0e"int"' + bytes(18), 'application/avro')
    add('data/sacks.arrow', b'ARROW1\0\0' + bytes(24) + b'ARROW1', 'application/vnd.apache.arrow.file')


def fonts():
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    pen = TTGlyphPen(None)
    for point, draw in [((0, 0), pen.moveTo), ((500, 0), pen.lineTo), ((250, 700), pen.lineTo)]:
        draw(point)
    pen.closePath()
    glyph = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(['.notdef', 'A'])
    builder.setupCharacterMap({65: 'A'})
    builder.setupGlyf({'.notdef': glyph, 'A': glyph})
    builder.setupHorizontalMetrics({'.notdef': (600, 0), 'A': (600, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({'familyName': 'Mill', 'styleName': 'Regular'})
    builder.setupOS2()
    builder.setupPost()
    builder.font['head'].created = builder.font['head'].modified = 3_850_000_000
    builder.font.recalcTimestamp = False
    builder.save(WORK / 'mill.ttf')
    add('data/mill.ttf', (WORK / 'mill.ttf').read_bytes(), 'font/ttf')
    builder.font.flavor = 'woff'
    builder.font.save(WORK / 'mill.woff')
    add('data/mill.woff', (WORK / 'mill.woff').read_bytes(), 'font/woff')
    try:
        builder.font.flavor = 'woff2'
        builder.font.save(WORK / 'mill.woff2')
        add('data/mill.woff2', (WORK / 'mill.woff2').read_bytes(), 'font/woff2')
    except ImportError:
        pass
    ttf = (WORK / 'mill.ttf').read_bytes()
    add('data/mill.ttc', b'ttcf' + struct.pack('>III', 0x00010000, 1, 16) + ttf, 'font/collection')


def programs():
    source = scratch('mill.c', 'int main(void) { return 41; }\n')
    run('gcc', '-s', '-nostartfiles', '-c', '-o', WORK / 'mill.o', source)
    add('data/mill.o', (WORK / 'mill.o').read_bytes(), 'application/x-object')
    run('gcc', '-s', '-no-pie', '-o', WORK / 'mill-elf', source)
    add('data/mill-elf', (WORK / 'mill-elf').read_bytes(), 'application/x-executable')
    run('gcc', '-s', '-shared', '-o', WORK / 'mill.so', source)
    add('data/mill.so', (WORK / 'mill.so').read_bytes(), 'application/x-sharedlib')
    add('data/mill.wasm', bytes.fromhex('0061736d010000000105016000017f03020100070801046d696c6c00000a06010400412a0b'), 'application/wasm')
    pe = b'MZ' + bytes(58) + struct.pack('<I', 64) + b'PE\0\0' + struct.pack('<HHIIIHH', 0x14c, 0, 0, 0, 0, 224, 0x102) + struct.pack('<H', 0x10b) + bytes(222)
    add('data/mill.exe', pe, 'application/vnd.microsoft.portable-executable')
    import compileall
    import py_compile
    program = scratch('mill.py', 'print(41)\n')
    py_compile.compile(str(program), cfile=str(WORK / 'mill.pyc'))
    add('data/mill.pyc', (WORK / 'mill.pyc').read_bytes(), 'application/x-python-bytecode')
    add('data/mill.lnk', struct.pack('<I', 0x4C) + bytes.fromhex('0114020000000000c000000000000046') + bytes(56), 'application/x-ms-shortcut')


def others():
    add('data/mill.plist', plistlib.dumps({'mill': 'Ellerbrook', 'gates': 2}, fmt=plistlib.FMT_BINARY), 'application/x-bplist')
    add('data/trace.pcap', struct.pack('<IHHiIII', 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + struct.pack('<IIII', 0, 0, 14, 14) + bytes(14), 'application/vnd.tcpdump.pcap')
    block = struct.pack('<IIIHHqI', 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    add('data/trace.pcapng', block, 'application/vnd.tcpdump.pcapng')
    emf = struct.pack('<IIiiiiiiii', 1, 108, 0, 0, 10, 10, 0, 0, 100, 100) + b' EMF' + struct.pack('<IIIHHIIIiiii', 0x10000, 128, 2, 1, 0, 0, 0, 0, 100, 100, 30, 30) + bytes(8)
    add('data/wheel.emf', emf.ljust(108, b'\0') + struct.pack('<IIIII', 14, 20, 0, 16, 20), 'image/emf')
    wmf = struct.pack('<IHhhhhHI', 0x9AC6CDD7, 0, 0, 0, 100, 100, 96, 0)
    checksum = 0
    for (word,) in struct.iter_unpack('<H', wmf[:20]):
        checksum ^= word
    add('data/wheel.wmf', wmf + struct.pack('<H', checksum) + struct.pack('<HHHIHIH', 1, 9, 0x300, 12, 0, 3, 0) + struct.pack('<IH', 3, 0), 'image/wmf')
    onenote = bytes.fromhex('e4525c7b8cd8a74daeb15378d02996d3')
    add('data/notes.one', onenote + bytes(1008), 'application/onenote')
    lotus = struct.pack('<HHH', 0, 2, 0x0406) + struct.pack('<HHHHHH', 6, 8, 0, 0, 1, 1) + struct.pack('<HH', 1, 0)
    add('data/sacks.wk1', lotus, 'application/vnd.lotus-1-2-3')
    perfect = b'\xffWPC' + struct.pack('<IBBBBHHHHI', 16, 1, 10, 2, 1, 0, 0, 0, 0, 0)
    add('data/letter.wpd', perfect + bytes(500), 'application/vnd.wordperfect')
    scratch('floppy/mill.txt', prose.MILL)
    floppy = scratch('mill.img', bytes(163840))
    run('mformat', '-i', floppy, '-f', '160', '-N', '12345678', '::')
    add('data/mill.qcow2', b'QFI\xfb' + struct.pack('>I', 3) + bytes(504), 'application/x-qemu-disk')
    add('data/mill.vmdk', b'KDMV' + struct.pack('<I', 1) + bytes(504), 'application/x-vmdk-disk')
    add('data/mill.vhdx', 'vhdxfile'.encode() + bytes(504), 'application/x-vhdx-disk')
    for name, mime, tree in [
        ('drawing.vsd', 'application/vnd.visio', {'VisioDocument': b'Visio (TM) Drawing\r\n' + bytes(4100), '\x05SummaryInformation': bytes(64)}),
        ('leaflet.pub', 'application/x-mspublisher', {'Contents': bytes(128), 'Quill': {'QuillSub': {'CONTENTS': bytes(600)}}, 'Escher': {'EscherStm': bytes(64)}}),
        ('plan.mpp', 'application/vnd.ms-project', {'Props': bytes(64), 'Props14': bytes(64), '   114': {'TBkndTask': {'FixedMeta': bytes(64)}}}),
        ('letter.hwp', 'application/x-hwp', {'FileHeader': b'HWP Document File'.ljust(32, b'\0') + bytes(224), 'DocInfo': bytes(64), 'BodyText': {'Section0': bytes(64)}}),
    ]:
        add(f'data/{name}', cfb.made(tree), mime)
    visio = 'application/vnd.ms-visio.drawing'
    types = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/visio/document.xml" ContentType="application/vnd.ms-visio.drawing.main+xml"/></Types>'
    document('data/drawing.vsdx', zipped({'[Content_Types].xml': types, '_rels/.rels': '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>', 'visio/document.xml': '<VisioDocument/>'}), visio)
    noise = numpy.random.default_rng(7).bytes(3000)
    add('data/noise.bin', bytes([0]) + noise, 'application/octet-stream')
    text('data/with-nul.log', b'2026-03-14 gate opened by miller\n' * 40 + b'\0\0' + b'2026-03-15 gate closed\n' * 40, 'text/x-log')


def make():
    databases()
    science()
    fonts()
    programs()
    others()
