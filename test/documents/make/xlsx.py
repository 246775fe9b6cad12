"""SpreadsheetML, in XML and in its binary form, and what LibreOffice makes of it."""
import struct

import prose
from corpus import document
from docx import XML, t, zipped

S = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
R = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
P = 'http://schemas.openxmlformats.org/package/2006/relationships'
MAIN = 'application/vnd.openxmlformats-officedocument.spreadsheetml.'
XLSX = MAIN + 'sheet'


def package(sheets, main=MAIN + 'sheet.main+xml', strings=None, styles=None, extra=None, states=None, last_strings=False):
    """Sheets are the contents of <sheetData>, by name; `strings` the contents of <sst>."""
    states = states or {}
    overrides, relations, listed, parts = [], [], [], {}

    def part(path, content_type, relation, content):
        parts[f'xl/{path}'] = content
        overrides.append(f'<Override PartName="/xl/{path}" ContentType="{content_type}"/>')
        if relation:
            relations.append(f'<Relationship Id="rId{len(relations) + 1}" Type="{R}/{relation}" Target="{path}"/>')

    for number, (name, rows) in enumerate(sheets.items(), 1):
        part(f'worksheets/sheet{number}.xml', MAIN + 'worksheet+xml', 'worksheet',
             f'{XML}<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>')
        state = f' state="{states[name]}"' if name in states else ''
        listed.append(f'<sheet name="{t(name)}" sheetId="{number}"{state} r:id="rId{number}"/>')
    if strings is not None:
        part('sharedStrings.xml', MAIN + 'sharedStrings+xml', 'sharedStrings', f'{XML}<sst xmlns="{S}">{strings}</sst>')
    if styles is not None:
        part('styles.xml', MAIN + 'styles+xml', 'styles', f'{XML}<styleSheet xmlns="{S}">{styles}</styleSheet>')
    for path, (content_type, relation, content) in (extra or {}).items():
        part(path, content_type, relation, content)
    head = {
        '[Content_Types].xml': f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension='
                               '"rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
                               f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{main}"/>{"".join(overrides)}</Types>',
        '_rels/.rels': f'{XML}<Relationships xmlns="{P}"><Relationship Id="rId1" Type="{R}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        'xl/workbook.xml': f'{XML}<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{"".join(listed)}</sheets></workbook>',
        'xl/_rels/workbook.xml.rels': f'{XML}<Relationships xmlns="{P}">{"".join(relations)}</Relationships>',
    }
    if last_strings:
        parts = dict(sorted(parts.items(), key=lambda item: 'sharedStrings' in item[0]))
    return zipped({**head, **parts})


def inline(rows):
    cell = lambda value: (f'<c><v>{value}</v></c>' if isinstance(value, (int, float)) else
                          f'<c t="inlineStr"><is><t xml:space="preserve">{t(value)}</t></is></c>')
    return ''.join(f'<row>{"".join(map(cell, row))}</row>' for row in rows)


def shared(*numbers):
    return '<row>' + ''.join(f'<c t="s"><v>{number}</v></c>' for number in numbers) + '</row>'


def biff12(kind, content=b''):
    """A record: its kind and its length are numbers of seven bits a byte."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7f | 0x80, kind >> 7])
    size, length = len(content), b''
    while True:
        length += bytes([size & 0x7f | (0x80 if size > 0x7f else 0)])
        size >>= 7
        if not size:
            return head + length + content


def wide(text):
    return struct.pack('<I', len(text)) + text.encode('utf-16-le')


def xlsb(rows):
    """[MS-XLSB]: a workbook of one sheet with strings of the shared table, and numbers."""
    texts = [value for row in rows for value in row if isinstance(value, str)]
    strings = biff12(159, struct.pack('<II', len(texts), len(texts)))
    strings += b''.join(biff12(19, b'\0' + wide(text)) for text in texts) + biff12(160)
    sheet = biff12(129) + biff12(148, struct.pack('<IIII', 0, len(rows) - 1, 0, 9)) + biff12(145)
    for index, row in enumerate(rows):
        sheet += biff12(0, struct.pack('<IIHBBBI', index, 0, 300, 0, 0, 0, 1) + struct.pack('<II', 0, len(row) - 1))
        for column, value in enumerate(row):
            place = struct.pack('<II', column, 0)
            sheet += biff12(7, place + struct.pack('<I', texts.index(value))) if isinstance(value, str) else biff12(5, place + struct.pack('<d', value))
    sheet += biff12(146) + biff12(130)
    book = biff12(131) + biff12(143) + biff12(156, struct.pack('<II', 0, 1) + wide('rId1') + wide('Sacks')) + biff12(144) + biff12(132)
    binary = 'application/vnd.ms-excel.'
    types = (f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType='
             f'"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.bin" ContentType="{binary}sheet.'
             f'binary.macroEnabled.main"/><Override PartName="/xl/worksheets/sheet1.bin" ContentType="{binary}worksheet"/><Override '
             f'PartName="/xl/sharedStrings.bin" ContentType="{binary}sharedStrings"/></Types>')
    return zipped({
        '[Content_Types].xml': types,
        '_rels/.rels': f'{XML}<Relationships xmlns="{P}"><Relationship Id="rId1" Type="{R}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        'xl/workbook.bin': book,
        'xl/_rels/workbook.bin.rels': f'{XML}<Relationships xmlns="{P}"><Relationship Id="rId1" Type="{R}/worksheet" Target="worksheets/sheet1.bin"/>'
                                      f'<Relationship Id="rId2" Type="{R}/sharedStrings" Target="sharedStrings.bin"/></Relationships>',
        'xl/worksheets/sheet1.bin': sheet, 'xl/sharedStrings.bin': strings})


SACKS = [['Month', 'Sacks of rye', 'Sacks of wheat'], ['March', 41, 112], ['April', 38, 127]]
SACKS_TEXT = [str(value) for row in SACKS for value in row]


def make():
    document('xlsx/inline.xlsx', package({'Sacks': inline(SACKS)}), XLSX, *SACKS_TEXT)
    document('xlsx/template.xltx', package({'Sacks': inline(SACKS)}, MAIN + 'template.main+xml'), MAIN + 'template', *SACKS_TEXT)
    document('xlsx/macros.xlsm', package({'Sacks': inline(SACKS)}, 'application/vnd.ms-excel.sheet.macroEnabled.main+xml'),
             'application/vnd.ms-excel.sheet.macroenabled.12', *SACKS_TEXT)
    document('xlsx/macros.xltm', package({'Sacks': inline(SACKS)}, 'application/vnd.ms-excel.template.macroEnabled.main+xml'),
             'application/vnd.ms-excel.template.macroenabled.12', *SACKS_TEXT)
    document('xlsx/binary.xlsb', xlsb(SACKS), 'application/vnd.ms-excel.sheet.binary.macroenabled.12', *SACKS_TEXT)
    strings = ''.join(f'<si><t>{t(text)}</t></si>' for text in prose.ENGLISH)
    rows = shared(0, 1) + shared(2, 0)
    document('xlsx/shared.xlsx', package({'Texts': rows}, strings=strings), XLSX, prose.MILL, prose.FLOUR, prose.WATER, prose.MILL)
    document('xlsx/shared-last.xlsx', package({'Texts': rows}, strings=strings, last_strings=True), XLSX,
             prose.MILL, prose.FLOUR, prose.WATER, prose.MILL)
    rich = ('<si><r><t>Rye</t></r><r><rPr><b/></rPr><t xml:space="preserve"> and </t></r><r><t>wheat</t></r></si>'
            '<si><t>水車</t><rPh sb="0" eb="2"><t>スイシャ</t></rPh></si>')
    document('xlsx/rich-and-phonetic.xlsx', package({'Texts': shared(0, 1)}, strings=rich), XLSX, 'Rye and wheat', '水車')
    document('xlsx/two-sheets.xlsx', package({'Spring': inline(SACKS), 'Autumn': inline([['September', 77], ['October', 81.5]])}), XLSX,
             *SACKS_TEXT, 'September', '77', 'October', '81.5')
    document('xlsx/hidden-sheet.xlsx', package({'Open': inline([['seen by all']]), 'Closed': inline([['kept in the drawer']])},
             states={'Closed': 'hidden'}), XLSX, 'seen by all', 'kept in the drawer')
    values = ('<row><c><f>1+1</f><v>2</v></c><c t="str"><f>"two"&amp;" words"</f><v>two words</v></c><c t="b"><v>1</v></c>'
              '<c t="e"><v>#DIV/0!</v></c><c/></row>')
    document('xlsx/formulas.xlsx', package({'Values': values}), XLSX, '2', 'two words', 'TRUE', '#DIV/0!')
    styles = ('<numFmts count="2"><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="171" formatCode="0\\ &quot;sacks&quot;"/>'
              '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
              '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf numFmtId="170" applyNumberFormat="1"/>'
              '<xf numFmtId="171" applyNumberFormat="1"/><xf numFmtId="10" applyNumberFormat="1"/></cellXfs>')
    formatted = '<row><c s="1"><v>46095.393657</v></c><c s="2"><v>41</v></c><c s="3"><v>0.125</v></c><c><v>0.30000000000000004</v></c></row>'
    document('xlsx/formats.xlsx', package({'Values': formatted}, styles=styles), XLSX, '2026-03-14 09:26', '41 sacks', '12.50%', '0.3')
    comment = f'{XML}<comments xmlns="{S}"><authors><author>Ada Miller</author></authors><commentList><comment ref="A1" authorId="0"><text><t>{prose.COMMENT}</t></text></comment></commentList></comments>'
    document('xlsx/comments.xlsx', package({'Sacks': inline(SACKS)}, extra={'comments1.xml': (MAIN + 'comments+xml', None, comment)}), XLSX, *SACKS_TEXT)
    for code in ['ja', 'el', 'uk']:
        document(f'xlsx/language-{code}.xlsx', package({'Text': inline([[prose.LANGUAGES[code], 7]])}), XLSX, prose.LANGUAGES[code], '7', language=code)
    document('xlsx/empty.xlsx', package({'Nothing': ''}), XLSX)
    many = [[f'sack {n}', n, n * 2] for n in range(1, 1501)]
    document('xlsx/many-rows.xlsx', package({'Sacks': inline(many)}), XLSX, *[str(value) for row in many for value in row])
    whole = package({'Sacks': inline(SACKS)})
    document('xlsx/cut.xlsx', whole[:-200], XLSX, *SACKS_TEXT, nameless=False)
