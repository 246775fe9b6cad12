"""Pictures by ImageMagick and others."""
from corpus import WORK, add, run

WRITERS = {
    'png': 'image/png', 'gif': 'image/gif', 'jpg': 'image/jpeg', 'tiff': 'image/tiff', 'bmp': 'image/bmp', 'webp': 'image/webp', 'avif': 'image/avif', 'heic': 'image/heic',
    'jp2': 'image/jp2', 'ico': 'image/x-icon', 'cur': 'image/x-icon', 'psd': 'image/vnd.adobe.photoshop', 'psb': 'image/vnd.adobe.photoshop', 'pcx': 'image/vnd.zbrush.pcx', 'dcx': 'image/vnd.zbrush.dcx',
    'tga': 'image/x-tga', 'dds': 'image/vnd.ms-dds', 'dpx': 'image/x-dpx', 'cin': 'image/cineon', 'fits': 'application/fits', 'hdr': 'image/vnd.radiance', 'miff': 'image/x-miff',
    'mng': 'video/x-mng', 'jng': 'image/x-jng', 'pbm': 'image/x-portable-bitmap', 'pgm': 'image/x-portable-graymap', 'ppm': 'image/x-portable-pixmap', 'pam': 'image/x-portable-arbitrarymap',
    'pict': 'image/x-pict', 'ras': 'image/x-sun-raster', 'sgi': 'image/x-sgi', 'xwd': 'image/x-xwindowdump', 'wbmp': 'image/vnd.wap.wbmp', 
    'pfm': 'image/x-portable-floatmap', 'tiff64': 'image/tiff',
}
# Their first bytes say too little: without a name they are anything.
ONLY_NAMED = {'wbmp', 'tga'}


def make():
    source = WORK / 'wheel.miff'
    run('convert', '-size', '24x18', 'gradient:navy-white', '-fill', 'red', '-draw', 'circle 12,9 12,3', '+set', 'date:create', source)
    for extension, mime in WRITERS.items():
        path = WORK / f'wheel.{extension}'
        run('convert', source, '-strip', *(['-monochrome'] if extension == 'wbmp' else []), *(['-compress', 'none'] if extension == 'tga' else []), f'{extension}:{path}')
        add(f'images/wheel.{extension}', path.read_bytes(), mime, nameless=extension not in ONLY_NAMED)
    run('convert', source, '-size', '24x18', '-delay', '10', '(', '+clone', '-flip', ')', WORK / 'turning.gif')
    add('images/turning.gif', (WORK / 'turning.gif').read_bytes(), 'image/gif')
    run('convert', source, '-compress', 'RLE', f'tga:{WORK}/rle.tga')
    add('images/rle.tga', (WORK / 'rle.tga').read_bytes(), 'image/x-tga', nameless=False)
    run('convert', source, f'{WORK}/wheel2.jpg')
    run('cjxl', WORK / 'wheel2.jpg', WORK / 'wheel.jxl')
    add('images/wheel.jxl', (WORK / 'wheel.jxl').read_bytes(), 'image/jxl')
    run('convert', source, '-monochrome', f'{WORK}/wheel.pbm')
    run('cjb2', WORK / 'wheel.pbm', WORK / 'wheel.djvu')
    add('images/wheel.djvu', (WORK / 'wheel.djvu').read_bytes(), 'image/vnd.djvu')
    codestream = (WORK / 'wheel.jp2').read_bytes()
    add('images/wheel.j2c', codestream[codestream.index(b'\xff\x4f\xff\x51'):], 'image/x-jp2-codestream')
    run('ffmpeg', '-y', '-i', WORK / 'wheel2.jpg', '-c:v', 'qoi', WORK / 'wheel.qoi')
    add('images/wheel.qoi', (WORK / 'wheel.qoi').read_bytes(), 'image/qoi')
    run('ffmpeg', '-y', '-i', WORK / 'wheel2.jpg', '-c:v', 'exr', WORK / 'wheel.exr')
    add('images/wheel.exr', (WORK / 'wheel.exr').read_bytes(), 'image/x-exr')
    run('ffmpeg', '-y', '-i', WORK / 'turning.gif', '-f', 'apng', WORK / 'wheel.apng')
    add('images/wheel.apng', (WORK / 'wheel.apng').read_bytes(), 'image/apng')
