"""What other tools count. They are no judges: documents.md of the design and `why` say where they differ, and for what reason."""
import csv
import email
import email.policy
import io
import json
import pathlib
import re
import subprocess
import zipfile

from corpus import FILES, WORK, words

REPORT = FILES.parent / 'expected.ndjson'


def output(*command):
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    return words(done.stdout.decode(errors='replace')) if done.returncode == 0 else None


def pandoc(kind):
    return lambda path: output('pandoc', '-f', kind, '-t', 'plain', '--wrap=none', path)


def openpyxl(path):
    import openpyxl as library
    try:
        book = library.load_workbook(path, data_only=True)
    except (TypeError, zipfile.BadZipFile):
        return None
    return words(*[str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None])


def message(path):
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = parsed.get_body(('plain', 'html'))
    if body is None or body.get_content_type() == 'text/html':
        return None
    return words(body.get_content())


def xls2csv(path):
    done = subprocess.run(['xls2csv', '-d', 'utf-8', path], capture_output=True)
    if done.returncode != 0:
        return None
    return words(*[cell for row in csv.reader(io.StringIO(done.stdout.decode(errors='replace').replace('\f', ''))) for cell in row])


ORACLES = {
    '.docx': {'pandoc': pandoc('docx'), 'docx2txt': lambda path: output('docx2txt', path, '-')},
    '.docm': {'docx2txt': lambda path: output('docx2txt', path, '-')},
    '.odt': {'pandoc': pandoc('odt'), 'odt2txt': lambda path: output('odt2txt', '--encoding=UTF-8', '--width=-1', path)},
    '.rtf': {'pandoc': pandoc('rtf')},
    '.html': {'pandoc': pandoc('html')}, '.xhtml': {'pandoc': pandoc('html')},
    '.epub': {'pandoc': pandoc('epub')}, '.fb2': {'pandoc': pandoc('fb2')}, '.md': {'pandoc': pandoc('gfm')}, '.ipynb': {'pandoc': pandoc('ipynb')},
    '.docbook': {'pandoc': pandoc('docbook')},
    '.pdf': {'pdftotext': lambda path: output('pdftotext', '-enc', 'UTF-8', path, '-'),
             'ghostscript': lambda path: output('gs', '-q', '-dNOPAUSE', '-dBATCH', '-sDEVICE=txtwrite', '-sOutputFile=-', path)},
    '.doc': {'catdoc': lambda path: output('catdoc', '-d', 'utf-8', '-w', path), 'antiword': lambda path: output('antiword', '-m', 'UTF-8.txt', '-w', '0', path)},
    '.xls': {'xls2csv': xls2csv}, '.ppt': {'catppt': lambda path: output('catppt', '-d', 'utf-8', path)},
    '.xlsx': {'openpyxl': openpyxl}, '.xlsm': {'openpyxl': openpyxl}, '.xltx': {'openpyxl': openpyxl},
    '.eml': {'python-email': message},
}
# Why a tool's count is not ours: the tool, the files, the reason by the definition. The first that fits holds.
WHY = [(re.compile(tool), re.compile(files), reason) for tool, files, reason in [
    ('pandoc', 'docx/equation', 'pandoc writes the formula as TeX, with spaces.'),
    ('docx2txt|soffice', 'docx/equation', 'It leaves out formulas.'),
    ('.*', 'hidden', 'It reads hidden text, which a reader does not see.'),
    ('.*', 'tracked-changes|deleted|moved', 'It reads deleted text, too, which is no longer part of the document.'),
    ('soffice|docx2txt', 'notes|footnote', 'It leaves out foot- or endnotes, which are text.'),
    ('pandoc', 'rtf/footnote|office/footnotes.rtf', 'pandoc leaves out foot-notes of RTF.'),
    ('.*', 'footnotes|notes', 'It counts the numbers of the notes, which are made, not written.'),
    ('.*', 'text-box|frame', 'It leaves out text boxes, which a reader sees, or reads them twice.'),
    ('pandoc', 'ruby', 'pandoc leaves out the base text, or reads the annotation as text.'),
    ('.*', 'comments', 'It counts comments, which have a count of their own, or loses text beside them.'),
    ('.*', 'headers', 'It counts headers and footers, which have a count of their own.'),
    ('.*', r'table|guide\.(docx|odt|html|epub)', 'Its plain text draws the rules of tables or bullets, or joins cells; or it leaves out nested tables.'),
    ('.*', r'list|guide|blocks', 'It writes bullets, numbers and rules, which are made, not written.'),
    ('docx2txt', '', 'docx2txt joins paragraphs that have no attributes.'),
    ('xls2csv', 'formats', 'xls2csv knows few formats of numbers.'),
    ('catppt', '', 'catppt finds no text in files of newer writers.'),
    ('ghostscript', '', 'Ghostscript does not join words that are hyphenated at the end of a line, and writes some glyphs apart.'),
    ('pandoc', 'utf16|shift-jis|latin1', 'pandoc reads UTF-8 alone.'),
    ('pandoc', 'rtf/language', 'pandoc loses spaces between characters beyond ASCII in RTF.'),
    ('pandoc|soffice', 'form', 'It leaves out fields and their values.'),
    ('pandoc', 'scripts|iframe', 'pandoc reads <noscript>, <template> and <iframe>, which a browser does not show.'),
    ('soffice', 'scripts', 'LibreOffice reads <noscript> and <template>, which a browser does not show.'),
    ('pandoc', 'links', 'pandoc writes alternative text, which is seen only when the picture is not.'),
    ('pandoc', 'ipynb', 'pandoc writes what running the cells put out, which is not text of the notebook.'),
    ('pandoc', 'docbook', 'pandoc takes the title of a book for its metadata.'),
    ('openpyxl', 'formats|formulas', 'openpyxl gives values, not what is displayed.'),
]]
OFFICE = {'.docx', '.docm', '.dotx', '.odt', '.ott', '.fodt', '.rtf', '.doc', '.dot', '.html', '.xhtml'}


def office(paths):
    """What LibreOffice writes as text, for all at once."""
    counts = {}
    for number, path in enumerate(paths):
        (WORK / 'oracle' / str(number)).mkdir(parents=True, exist_ok=True)
        (WORK / 'oracle' / f'{number}{path.suffix}').write_bytes(path.read_bytes())
    inputs = [WORK / 'oracle' / f'{number}{path.suffix}' for number, path in enumerate(paths)]
    out = WORK / 'oracle' / 'out'
    for at in range(0, len(inputs), 40):
        subprocess.run(['soffice', f'-env:UserInstallation=file://{WORK}/oracle-profile', '--headless', '--convert-to', 'txt:Text (encoded):UTF8', '--outdir', out,
                        *inputs[at:at + 40]], capture_output=True, timeout=300)
    for number, path in enumerate(paths):
        made = out / f'{number}.txt'
        if made.exists():
            counts[path] = words(made.read_text('utf-8-sig', errors='replace'))
    return counts


def main():
    records = [json.loads(line) for line in REPORT.read_text().splitlines()]
    judged = [record for record in records if record['word_count_of'] == 'document' and record['words'] is not None]
    by_office = office([FILES / record['file'] for record in judged if pathlib.Path(record['file']).suffix in OFFICE])
    for record in judged:
        path = FILES / record['file']
        counts = {name: count(path) for name, count in ORACLES.get(path.suffix, {}).items() if count is not None}
        if path in by_office:
            counts['soffice'] = by_office[path]
        record['oracles'] = {name: count for name, count in counts.items() if count is not None}
        wrong = {name: count for name, count in record['oracles'].items() if abs(count - record['words']) > max(1, record['words'] * 0.02)}
        why = {name: next((reason for tool, files, reason in WHY if tool.fullmatch(name) and files.search(record['file'])), '') for name in wrong}
        record['why'] = why
        if not record['why']:
            del record['why']
        for name, count in wrong.items():
            print(f'{record["file"]}: {record["words"]} expected, {name} {count}{"" if why.get(name) else " (unexplained)"}')
    REPORT.write_text('\n'.join(json.dumps(record, ensure_ascii=False) for record in records) + '\n')


if __name__ == '__main__':
    main()
