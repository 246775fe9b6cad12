"""Sound and films by ffmpeg."""
from corpus import WORK, add, run

SOUND = {
    'wav': 'audio/wav', 'flac': 'audio/flac', 'mp3': 'audio/mpeg', 'ogg': 'audio/ogg', 'opus': 'audio/ogg', 'm4a': 'audio/mp4', 'aac': 'audio/aac', 'aiff': 'audio/aiff', 'au': 'audio/basic',
    'caf': 'audio/x-caf', 'ac3': 'audio/ac3', 'eac3': 'audio/eac3', 'wma': 'audio/x-ms-wma', 'mka': 'audio/matroska', 'voc': 'audio/x-voc', 'w64': 'audio/x-w64', 'wv': 'audio/x-wavpack',
    'tta': 'audio/x-tta', 'mp2': 'audio/mpeg', 'dts': 'audio/vnd.dts', 'rm': 'application/vnd.rn-realmedia', 'sox': 'audio/x-sox',
}
FILMS = {
    'mp4': 'video/mp4', 'mov': 'video/quicktime', 'mkv': 'video/matroska', 'webm': 'video/webm', 'avi': 'video/vnd.avi', 'flv': 'video/x-flv', 'wmv': 'video/x-ms-wmv', 'mpg': 'video/mpeg',
    'ts': 'video/mp2t', 'ogv': 'video/ogg', '3gp': 'video/3gpp', '3g2': 'video/3gpp2', 'mxf': 'application/mxf', 'nut': 'video/x-nut', 'swf': 'application/x-shockwave-flash', 'm4v': 'video/x-m4v', 'y4m': 'video/x-yuv4mpeg',
    'ivf': 'video/x-ivf',
}
OPTIONS = {'dts': ['-strict', '-2'], 'rm': ['-ac', '1', '-c:a', 'ac3'], '3gp': ['-c:v', 'h263', '-s', '128x96'], '3g2': ['-c:v', 'h263', '-s', '128x96'], 'y4m': ['-frames:v', '1'], 'mxf': ['-r', '25'], 'ivf': ['-c:v', 'vp8']}


def make():
    for extension, mime in SOUND.items():
        path = WORK / f'hum.{extension}'
        run('ffmpeg', '-y', '-f', 'lavfi', '-i', 'sine=frequency=220:duration=0.2:sample_rate=44100', '-bitexact', *OPTIONS.get(extension, []), path)
        add(f'media/hum.{extension}', path.read_bytes(), mime)
    for extension, mime in FILMS.items():
        path = WORK / f'turn.{extension}'
        run('ffmpeg', '-y', '-f', 'lavfi', '-i', 'testsrc=duration=0.2:size=64x48:rate=25', '-bitexact', '-pix_fmt', 'yuv420p', *OPTIONS.get(extension, []), path)
        add(f'media/turn.{extension}', path.read_bytes(), mime)
    track = bytes.fromhex('00ff58040402180800903c4060803c0000ff2f00')
    add('media/wheel.mid', b'MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk' + len(track).to_bytes(4, 'big') + track, 'audio/midi')
