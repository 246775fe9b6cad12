"""RTF written by hand; pandoc's and LibreOffice's come from elsewhere."""
import prose
from corpus import document

RTF = 'application/rtf'


def escaped(text):
    """Characters beyond ASCII as \\u, with a question mark for old readers."""
    out = []
    for unit in memoryview(text.encode('utf-16-le')).cast('H'):
        character = chr(unit)
        if character in '\\{}':
            out.append('\\' + character)
        elif unit < 128:
            out.append(character)
        else:
            out.append(f'\\u{unit - 65536 if unit > 32767 else unit}?')
    return ''.join(out)


def rtf(*paragraphs, head='', codepage='1252'):
    body = ''.join(f'\\pard {paragraph}\\par\n' for paragraph in paragraphs)
    return (f'{{\\rtf1\\ansi\\ansicpg{codepage}\\deff0{{\\fonttbl{{\\f0\\froman Times New Roman;}}{{\\f1\\fswiss Arial;}}}}'
            f'{{\\colortbl;\\red0\\green0\\blue0;}}{{\\info{{\\title The mill}}{{\\author Ada Miller}}}}{head}\n{body}}}').encode('latin-1')


def make():
    facts = {'charset': 'us-ascii'}
    document('rtf/plain.rtf', rtf(*map(escaped, prose.ENGLISH)), RTF, *prose.ENGLISH, language='en', **facts)
    document('rtf/formatted.rtf', rtf('One {\\b w}{\\i ord} and\\tab another\\line line', 'a\\~b', 'soft\\-ly', 'well\\_known', '\\ldblquote quoted\\rdblquote  x'), RTF,
             'One word and another line', 'a\xa0b', 'softly', 'well-known', '"quoted" x', **facts)
    document('rtf/codepage.rtf', rtf("M\\'fchle am Bach, stra\\'dfe", "caf\\'e9"), RTF, 'Mühle am Bach, straße', 'café', **facts)
    cyrillic = ''.join(f"\\'{byte:02x}" if byte > 127 else chr(byte) for byte in prose.LANGUAGES['ru'].encode('cp1251'))
    document('rtf/codepage-1251.rtf', rtf(cyrillic, codepage='1251'), RTF, prose.LANGUAGES['ru'], language='ru', **facts)
    shift_jis = ''.join(f"\\'{byte:02x}" for byte in '古い 水車 小屋'.encode('cp932'))
    document('rtf/codepage-932.rtf', rtf(shift_jis, codepage='932'), RTF, '古い 水車 小屋', **facts)
    for code in ['de', 'el', 'zh', 'ar']:
        document(f'rtf/language-{code}.rtf', rtf(escaped(prose.LANGUAGES[code])), RTF, prose.LANGUAGES[code], language=code, **facts)
    document('rtf/footnote.rtf', rtf(escaped(prose.MILL) + '{\\super\\chftn{\\footnote\\pard {\\super\\chftn} ' + prose.NOTE + '}} More.'), RTF,
             prose.MILL + ' More.', prose.NOTE, **facts)
    header = f'{{\\header\\pard {prose.HEADER}\\par}}{{\\footer\\pard {prose.FOOTER} {{\\field{{\\*\\fldinst PAGE}}{{\\fldrslt 1}}}}\\par}}'
    document('rtf/headers.rtf', rtf(prose.MILL, head=header), RTF, prose.MILL, **facts)
    document('rtf/fields.rtf', rtf('See {\\field{\\*\\fldinst{HYPERLINK "https://mill.example/gate"}}{\\fldrslt{\\ul the second gate}}}.'), RTF,
             'See the second gate.', **facts)
    document('rtf/hidden.rtf', rtf(f'Seen by all. {{\\v {prose.HIDDEN}}}'), RTF, 'Seen by all.', **facts)
    document('rtf/deleted.rtf', rtf(f'Before, {{\\deleted {prose.DELETED} }}{{\\revised {prose.INSERTED} }}and after.'), RTF,
             f'Before, {prose.INSERTED} and after.', **facts)
    document('rtf/comment.rtf', rtf(f'{prose.WATER}{{\\*\\atnid AM}}{{\\*\\atnauthor Ada Miller}}\\chatn{{\\*\\annotation\\pard {prose.COMMENT}}}'), RTF, prose.WATER, **facts)
    rows = ''.join('\\trowd' + ''.join(f'\\cellx{2000 * (index + 1)}' for index in range(3)) + ''.join(f'\\intbl {cell}\\cell ' for cell in row) + '\\row\n'
                   for row in prose.TABLE)
    document('rtf/table.rtf', rtf(prose.MILL).replace(b'\\par\n}', b'\\par\n' + rows.encode() + b'\\pard }'), RTF, prose.MILL, *prose.TABLE_TEXT, **facts)
    picture = '{\\pict\\pngblip\\picw1\\pich1 ' + '89504e470d0a1a0a0000000d49484452' * 20 + '}'
    binary = '{\\pict\\wmetafile8\\bin24 }}}{{{ not words at all }'
    document('rtf/picture.rtf', rtf('Before ' + picture + ' between ' + binary + ' after.'), RTF, 'Before between after.', **facts)
    unknown = '{\\*\\mystery these words are for another program {and nested ones}}'
    document('rtf/ignorable.rtf', rtf(f'Kept. {unknown}Kept, too.'), RTF, 'Kept. Kept, too.', **facts)
    box = f'{{\\shp{{\\*\\shpinst\\shpleft0\\shptop0\\shpright3000\\shpbottom900{{\\sp{{\\sn shapeType}}{{\\sv 202}}}}{{\\shptxt \\pard {prose.BOX}\\par}}}}{{\\shprslt{{\\*\\do\\dobxpage{{\\dptxbxtext \\pard {prose.BOX}\\par}}}}}}}}'
    document('rtf/text-box.rtf', rtf(prose.MILL, box), RTF, prose.MILL, prose.BOX, **facts)
    bullets = '{\\pntext\\f1\\bullet\\tab}{\\*\\pn\\pnlvlblt}Open the gate', '{\\listtext 2.\\tab}Wait'
    document('rtf/list.rtf', rtf(*bullets), RTF, 'Open the gate', 'Wait', **facts)
    document('rtf/unclosed.rtf', rtf(*map(escaped, prose.ENGLISH))[:-2], RTF, *prose.ENGLISH, **facts)
