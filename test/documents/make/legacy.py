"""What LibreOffice and pandoc make of our own documents: the formats of old Office, and other writers of new ones."""
import pathlib

from msoffcrypto.format.ooxml import OOXMLFile

import prose
from corpus import FILES, WORK, add, convert, document, run, scratch, text
from docx import DOCX
from odf import TYPE
from xlsx import XLSX
from pptx import PPTX

WORD, EXCEL, POWERPOINT = 'application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint'
SAID = {
    'docx/plain.docx': prose.ENGLISH, 'docx/table.docx': [prose.MILL, *prose.TABLE_TEXT, prose.FLOUR],
    'docx/footnotes.docx': [prose.MILL, prose.FLOUR, prose.NOTE, 'Ledger of 1911.'],
    'docx/headers.docx': [prose.MILL], 'docx/hidden.docx': ['Seen by all. Seen, too.'],
    'docx/tracked-changes.docx': [f'Before, {prose.INSERTED} and after.'], 'docx/comments.docx': [prose.WATER],
    'docx/text-box.docx': [prose.MILL, prose.BOX, prose.FLOUR], 'docx/language-ru.docx': [prose.LANGUAGES['ru']] * 2,
    'docx/language-ar.docx': [prose.LANGUAGES['ar']] * 2, 'docx/list.docx': ['Open the gate', 'Grease the wheel', 'Wait'],
    'docx/language-zh.docx': [prose.LANGUAGES['zh']] * 2,
}


def writers():
    sources = [FILES / name for name in SAID]
    for extension, mime, export in [('doc', WORD, 'MS Word 97'), ('rtf', 'application/rtf', None), ('odt', TYPE + 'text', None)]:
        made = convert(extension, *sources, export=export)
        for name, path in zip(SAID, made):
            stem = name.split('/')[1].removesuffix('.docx')
            said = [piece for piece in SAID[name] if (stem, extension, piece) != ('text-box', 'rtf', prose.BOX)]  # LibreOffice loses it
            document(f'office/{stem}.{extension}', path, mime, *said, **({'charset': 'us-ascii'} if extension == 'rtf' else {}))
    [template] = convert('dot', FILES / 'docx/plain.docx', export='MS Word 97 Vorlage')
    document('office/template.dot', template, WORD, *prose.ENGLISH)
    html = scratch('long.html', '<html lang="en"><body>' + ''.join(f'<h2>Part {n}</h2><p>{prose.MILL} {prose.WATER}</p>' for n in range(1, 61)) + '</body></html>')
    long_text = [piece for n in range(1, 61) for piece in (f'Part {n}', prose.MILL, prose.WATER)]
    [source] = convert('docx', html, export='MS Word 2007 XML')
    for extension, mime, export in [('docx', DOCX, 'MS Word 2007 XML'), ('doc', WORD, 'MS Word 97'), ('rtf', 'application/rtf', 'Rich Text Format'), ('odt', TYPE + 'text', 'writer8')]:
        [made] = convert(extension, source, export=export)
        document(f'office/long.{extension}', made, mime, *long_text, language='en', **({'charset': 'us-ascii'} if extension == 'rtf' else {}))
    [made] = convert('epub', FILES / 'docx/plain.docx')
    document('office/plain.epub', made, 'application/epub+zip', *prose.ENGLISH)
    [made] = convert('fodt', FILES / 'docx/plain.docx')
    document('office/plain.fodt', made, TYPE + 'text-flat-xml', *prose.ENGLISH)


def sheets():
    cells = ['Month', 'Sacks of rye', 'Sacks of wheat', 'March', '41', '112', 'April', '38', '127']
    formats = ['2026-03-14 09:26', '41 sacks', '12.50%', '0.3']
    two = [*cells, 'September', '77', 'October', '81.5']
    names = {'inline': cells, 'formats': formats, 'two-sheets': two, 'formulas': ['2', 'two words', 'TRUE', '#DIV/0!'], 'language-el': [prose.LANGUAGES['el'], '7']}
    sources = [FILES / f'xlsx/{name}.xlsx' for name in names]
    for extension, mime, export in [('xls', EXCEL, 'MS Excel 97'), ('ods', TYPE + 'spreadsheet', None)]:
        for name, path in zip(names, convert(extension, *sources, export=export)):
            document(f'office/{name}.{extension}', path, mime, *names[name])
    [made] = convert('xlsx', FILES / 'office/two-sheets.ods', export='Calc MS Excel 2007 XML')
    document('office/two-sheets.xlsx', made, XLSX, *two)
    [made] = convert('xlt', FILES / 'office/two-sheets.ods', export='MS Excel 97 Vorlage/Template')
    document('office/template.xlt', made, EXCEL, *two)
    [made] = convert('dif', FILES / 'office/inline.ods')
    text('office/sacks.dif', made.read_bytes(), 'application/x-dif')
    [made] = convert('slk', FILES / 'office/inline.ods')
    text('office/sacks.slk', made.read_bytes(), 'application/x-sylk', nameless=True)


def slides():
    said = ['The mill', prose.MILL, prose.VISIT, prose.NOTE, prose.FLOUR]
    for extension, mime, export in [('ppt', POWERPOINT, 'MS PowerPoint 97'), ('pptx', PPTX, 'Impress MS PowerPoint 2007 XML'), ('pps', POWERPOINT, 'MS PowerPoint 97 AutoPlay'),
                                    ('pot', POWERPOINT, 'MS PowerPoint 97 Vorlage')]:
        [made] = convert(extension, FILES / 'odf/slides.odp', export=export)
        document(f'office/slides.{extension}', made, mime, *said)
    [made] = convert('ppt', FILES / 'pptx/language-zh.pptx', export='MS PowerPoint 97')
    document('office/slides-zh.ppt', made, POWERPOINT, prose.LANGUAGES['zh'])
    [made] = convert('ppt', FILES / 'pptx/table.pptx', export='MS PowerPoint 97')
    document('office/table.ppt', made, POWERPOINT, *prose.TABLE_TEXT)


def passwords():
    """Documents that open with the password `secret`."""
    script = scratch('passwords.py', '''
import sys, time, subprocess, uno
from com.sun.star.beans import PropertyValue
office = subprocess.Popen(['soffice', '-env:UserInstallation=file://' + sys.argv[1] + '/uno', '--headless', '--norestore', '--accept=socket,host=localhost,port=20027;urp;'])
context = uno.getComponentContext()
resolver = context.ServiceManager.createInstanceWithContext('com.sun.star.bridge.UnoUrlResolver', context)
for attempt in range(60):
    try:
        remote = resolver.resolve('uno:socket,host=localhost,port=20027;urp;StarOffice.ComponentContext')
        break
    except Exception:
        time.sleep(0.5)
desktop = remote.ServiceManager.createInstanceWithContext('com.sun.star.frame.Desktop', remote)
value = lambda name, content: PropertyValue(name, 0, content, 0)
try:
    for source, target, export in [line.split('|') for line in sys.argv[2:]]:
        document = desktop.loadComponentFromURL('file://' + source, '_blank', 0, (value('Hidden', True),))
        document.storeToURL('file://' + target, (value('FilterName', export), value('Password', 'secret')))
        document.close(True)
finally:
    desktop.terminate()
    office.wait(20)
''')
    wanted = [('docx/plain.docx', 'secret.odt', 'writer8', TYPE + 'text'), ('docx/plain.docx', 'secret.doc', 'MS Word 97', WORD),
              ('xlsx/inline.xlsx', 'secret.xls', 'MS Excel 97', EXCEL), ('xlsx/inline.xlsx', 'secret.ods', 'calc8', TYPE + 'spreadsheet')]
    run('/usr/bin/python3', script, WORK, *(f'{FILES / source}|{WORK / target}|{export}' for source, target, export, _ in wanted))
    for _, target, _, mime in wanted:
        add(f'office/{target}', (WORK / target).read_bytes(), mime, encrypted=True)
    for name, mime in [('docx/plain.docx', DOCX), ('xlsx/inline.xlsx', XLSX), ('pptx/plain.pptx', PPTX)]:
        target = f'office/secret{pathlib.Path(name).suffix}'
        with open(FILES / name, 'rb') as source, open(WORK / 'secret', 'wb') as sealed:
            OOXMLFile(source).encrypt('secret', sealed)
        add(target, (WORK / 'secret').read_bytes(), mime, encrypted=True, nameless=False)


def pandoc():
    source = scratch('guide.md', f'# The mill\n\n{prose.MILL}\n\n- open the **gate**\n- grease the wheel\n\n{prose.FLOUR} See [the gate](https://mill.example).\n\n'
                                 '| rye | wheat |\n|-----|-------|\n| 41  | 112   |\n')
    said = ['The mill', prose.MILL, 'open the gate', 'grease the wheel', f'{prose.FLOUR} See the gate.', 'rye', 'wheat', '41', '112']
    for extension, mime in [('docx', DOCX), ('odt', TYPE + 'text'), ('epub', 'application/epub+zip'), ('fb2', 'application/x-fictionbook+xml'), ('html', 'text/html')]:
        path = WORK / f'pandoc.{extension}'
        run('pandoc', '-s', '--metadata', 'title= ', source, '-o', path)
        facts = {'charset': 'us-ascii' if path.read_bytes().isascii() else 'utf-8'} if extension in ('fb2', 'html') else {}
        bullets = ['•', '•'] if extension == 'fb2' else []  # its text has them
        document(f'pandoc/guide.{extension}', path, mime, *said, *bullets, **facts)


def make():
    writers()
    sheets()
    slides()
    passwords()
    pandoc()
