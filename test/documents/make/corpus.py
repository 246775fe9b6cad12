"""The set being made: its files and what is right about each."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

FILES = pathlib.Path(__file__).resolve().parent.parent / 'files'
WORK = pathlib.Path(os.environ.get('MAKE_DOCUMENTS_WORK') or tempfile.mkdtemp(prefix='make-documents-'))
EPOCH = (2026, 3, 14, 9, 26, 52)

# Unicode's White_Space. Python's own split() also takes U+001C to U+001F for white space.
SPACE = re.compile('[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+')

records = {}


def words(*pieces):
    """Maximal runs of characters that are no white space, of pieces that do not touch each other."""
    return sum(len([run for run in SPACE.split(piece) if run]) for piece in pieces)


def add(name, data, mime, **facts):
    """A file, and its right answers; `nameless` unless its type can be told only from its name."""
    if name in records:
        raise ValueError(f'{name} is made twice')
    path = FILES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    records[name] = {'file': name, 'mime_type': mime, 'words': None, 'word_count_of': None, 'nameless': True, **facts}


def take(name, path, mime, **facts):
    add(name, pathlib.Path(path).read_bytes(), mime, **facts)


def text(name, content, mime, encoding='utf-8', charset=None, **facts):
    """A text whose words are those of its characters as they are."""
    data = content if isinstance(content, bytes) else content.encode(encoding)
    plain = data.decode(encoding).removeprefix('\ufeff')
    if charset is None:
        charset = 'us-ascii' if plain.isascii() and encoding == 'utf-8' and data[:1] != b'\xef' else encoding
    facts = {'words': words(plain), 'word_count_of': 'text', 'charset': charset, 'nameless': False, **facts}
    add(name, data, mime, **facts)


def document(name, data, mime, *pieces, **facts):
    """A document with the text that counts, in pieces."""
    if isinstance(data, pathlib.Path):
        data = data.read_bytes()
    add(name, data, mime, **{'words': words(*pieces), 'word_count_of': 'document', **facts})


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, timeout=300, **options)
    if done.returncode != 0:
        raise RuntimeError(f'{command}: {done.stderr.decode(errors="replace")[-2000:]}')
    return done.stdout


def convert(extension, *sources, export=None):
    """What LibreOffice makes of some files, in the order of `sources`."""
    out = WORK / f'soffice-{len(list(WORK.glob("soffice-*")))}'
    run('soffice', f'-env:UserInstallation=file://{WORK}/profile', '--headless', '--convert-to',
        f'{extension}:{export}' if export else extension, '--outdir', out, *sources)
    return [out / f'{pathlib.Path(source).stem}.{extension}' for source in sources]


def scratch(name, data):
    path = WORK / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def begin():
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir(parents=True)


def finish():
    lines = [json.dumps(records[name], ensure_ascii=False) for name in sorted(records)]
    (FILES.parent / 'expected.ndjson').write_text('\n'.join(lines) + '\n')
    types = {record['mime_type'] for record in records.values()}
    size = sum(path.stat().st_size for path in FILES.rglob('*') if path.is_file())
    print(f'{len(records)} files of {len(types)} types, {size} bytes')
