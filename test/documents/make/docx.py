"""WordprocessingML written by hand, so that each feature is where it should be."""
import io
import zipfile

import prose
from corpus import EPOCH, document

W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
NAMESPACES = (f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
              'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
              'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
              'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
              'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
              'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"')
MAIN = 'application/vnd.openxmlformats-officedocument.wordprocessingml.'
DOCX = MAIN + 'document'
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def zipped(parts, stored=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o100644 << 16
            archive.writestr(info, content, method)
    return out.getvalue()


def t(text):
    return text.replace('&', '&amp;').replace('<', '&lt;')


def r(text, properties=''):
    return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{t(text)}</w:t></w:r>'


def p(*runs, style=''):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ''
    return f'<w:p>{properties}{"".join(run if run.startswith("<") else r(run) for run in runs)}</w:p>'


def table(rows):
    cells = lambda row: ''.join(f'<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>{p(cell)}</w:tc>' for cell in row)
    return ('<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>' + '<w:gridCol w:w="2000"/>' * len(rows[0])
            + '</w:tblGrid>' + ''.join(f'<w:tr>{cells(row)}</w:tr>' for row in rows) + '</w:tbl>')


def package(body, kind='document.main', notes=None, extra=None, section='', title='The mill', macro=False):
    """A package. `extra`: further parts, as {part: (content type, relationship type, content)}."""
    parts, overrides, relations = {}, [], []

    def part(name, content_type, relation, content):
        parts[f'word/{name}'] = content
        overrides.append(f'<Override PartName="/word/{name}" ContentType="{content_type}"/>')
        relations.append(f'<Relationship Id="rId{len(relations) + 1}" Type="http://schemas.openxmlformats.org/'
                         f'officeDocument/2006/relationships/{relation}" Target="{name}"/>')

    for name, (content_type, relation, content) in (extra or {}).items():
        part(name, content_type, relation, content)
    if notes:
        part('footnotes.xml', MAIN + 'footnotes+xml', 'footnotes',
             f'{XML}<w:footnotes {NAMESPACES}><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p>'
             f'</w:footnote>{notes}</w:footnotes>')
    main = MAIN + f'{kind}+xml' if not macro else f'application/vnd.ms-word.{kind}+xml'
    content_types = (f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
                     'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
                     'Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/'
                     f'vnd.ms-office.vbaProject"/><Override PartName="/word/document.xml" ContentType="{main}"/><Override '
                     'PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties'
                     f'+xml"/>{"".join(overrides)}</Types>')
    root = (f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/'
            'document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
            'metadata/core-properties" Target="docProps/core.xml"/></Relationships>')
    core = (f'{XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi='
            f'"http://www.w3.org/2001/XMLSchema-instance"><dc:title>{t(title)}</dc:title><dc:creator>Ada Miller</dc:creator>'
            '<dcterms:created xsi:type="dcterms:W3CDTF">2026-03-14T09:26:52Z</dcterms:created></cp:coreProperties>')
    own = (f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
           f'{"".join(relations)}</Relationships>')
    whole = f'{XML}<w:document {NAMESPACES}><w:body>{body}<w:sectPr>{section}</w:sectPr></w:body></w:document>'
    return zipped({'[Content_Types].xml': content_types, '_rels/.rels': root, 'word/document.xml': whole,
                   'word/_rels/document.xml.rels': own, 'docProps/core.xml': core, **parts})


def field(code, result):
    char = lambda kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
    return f'{char("begin")}<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>{char("separate")}{r(result)}{char("end")}'


def box(text):
    """A text box as Word writes it: a shape, and for older readers its picture in VML with the same text."""
    content = f'<w:txbxContent>{p(text)}</w:txbxContent>'
    return ('<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="1800000" cy="360000"/>'
            '<wp:docPr id="1" name="Box" descr="Alternative words that nobody counts"/><a:graphic><a:graphicData uri="http://'
            'schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/><wps:txbx>'
            f'{content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>'
            f'<mc:Fallback><w:pict><v:rect><v:textbox>{content}</v:textbox></v:rect></w:pict></mc:Fallback>'
            '</mc:AlternateContent></w:r>')


def reference(kind, number):
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def note(kind, number, text):
    return f'<w:{kind} w:id="{number}"><w:p><w:r><w:{kind}Ref/></w:r>{r(" " + text)}</w:p></w:{kind}>'


def make():
    body = [p(text) for text in prose.ENGLISH]
    plain = ''.join(body)
    document('docx/plain.docx', package(plain), DOCX, *prose.ENGLISH, language='en')
    for kind, extension, mime in [
        ('template.main', 'dotx', MAIN + 'template'),
    ]:
        document(f'docx/template.{extension}', package(plain, kind), mime, *prose.ENGLISH)
    document('docx/macros.docm', package(plain, 'document.macroEnabled.main', macro=True, extra={'vbaProject.bin': (
        'application/vnd.ms-office.vbaProject', 'x-vba', b'\xd0\xcf\x11\xe0 not a project')}),
        'application/vnd.ms-word.document.macroenabled.12', *prose.ENGLISH)
    document('docx/macros.dotm', package(plain, 'template.macroEnabledTemplate.main', macro=True),
             'application/vnd.ms-word.template.macroenabled.12', *prose.ENGLISH)
    document('docx/table.docx', package(p(prose.MILL) + table(prose.TABLE) + p(prose.FLOUR)), DOCX,
             prose.MILL, *prose.TABLE_TEXT, prose.FLOUR)
    nested = table([['outer one', 'outer two']]).replace(p('outer two'), p('before') + table([['in', 'ner']]) + p('after'))
    document('docx/table-in-table.docx', package(nested), DOCX, 'outer one', 'before', 'in', 'ner', 'after')
    document('docx/footnotes.docx', package(p(prose.MILL, reference('footnote', 1)) + p(prose.FLOUR, reference('footnote', 2)),
             notes=note('footnote', 1, prose.NOTE) + note('footnote', 2, 'Ledger of 1911.')), DOCX,
             prose.MILL, prose.FLOUR, prose.NOTE, 'Ledger of 1911.')
    document('docx/endnotes.docx', package(p(prose.MILL, reference('endnote', 1)), extra={'endnotes.xml': (
        MAIN + 'endnotes+xml', 'endnotes', f'{XML}<w:endnotes {NAMESPACES}>{note("endnote", 1, prose.NOTE)}</w:endnotes>')}),
        DOCX, prose.MILL, prose.NOTE)
    document('docx/text-box.docx', package(p(prose.MILL, box(prose.BOX)) + p(prose.FLOUR)), DOCX,
             prose.MILL, prose.BOX, prose.FLOUR)
    author = 'w:author="Ada Miller" w:date="2026-03-14T09:26:52Z"'
    tracked = (f'<w:del w:id="1" {author}><w:r><w:delText xml:space="preserve">{prose.DELETED} </w:delText></w:r></w:del>'
               f'<w:ins w:id="2" {author}>{r(prose.INSERTED + " ")}</w:ins>')
    document('docx/tracked-changes.docx', package(p('Before, ', tracked, 'and after.')), DOCX,
             f'Before, {prose.INSERTED} and after.')
    moved = (f'<w:moveFrom w:id="1" {author}>{r("a moved sentence ")}</w:moveFrom>', f'<w:moveTo w:id="2" {author}>{r("a moved sentence ")}</w:moveTo>')
    document('docx/moved.docx', package(p('First ', moved[0], 'here,') + p('then ', moved[1], 'there.')), DOCX,
             'First here,', 'then a moved sentence there.')
    document('docx/fields.docx', package(p('On page ', field('PAGE', '7'), ' of ', field('NUMPAGES', 'twelve'), ', see ',
             '<w:fldSimple w:instr=" REF gate ">' + r('the gate') + '</w:fldSimple>', '.')), DOCX, 'On page 7 of twelve, see the gate.')
    nested_field = ('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF </w:instrText></w:r>' + field('MERGEFIELD sex', 'Mr')
                    + '<w:r><w:instrText> = "Mr" "Sir" "Madam" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
                    + r('Dear Sir') + '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    document('docx/nested-fields.docx', package(p(nested_field, ', thank you.')), DOCX, 'Dear Sir, thank you.')
    document('docx/hidden.docx', package(p('Seen by all. ', r(prose.HIDDEN, '<w:vanish/>'), r('Seen, too.', '<w:vanish w:val="0"/>'))), DOCX,
             'Seen by all. Seen, too.')
    comments = f'{XML}<w:comments {NAMESPACES}><w:comment w:id="1" {author}>{p(prose.COMMENT)}</w:comment></w:comments>'
    document('docx/comments.docx', package(p('<w:commentRangeStart w:id="1"/>', prose.WATER, '<w:commentRangeEnd w:id="1"/>',
             reference('comment', 1)), extra={'comments.xml': (MAIN + 'comments+xml', 'comments', comments)}), DOCX, prose.WATER)
    header = f'{XML}<w:hdr {NAMESPACES}>{p(prose.HEADER)}</w:hdr>'
    footer = f'{XML}<w:ftr {NAMESPACES}>{p(prose.FOOTER, " ", field("PAGE", "1"))}</w:ftr>'
    document('docx/headers.docx', package(p(prose.MILL), extra={'header1.xml': (MAIN + 'header+xml', 'header', header),
             'footer1.xml': (MAIN + 'footer+xml', 'footer', footer)},
             section='<w:headerReference w:type="default" r:id="rId1"/><w:footerReference w:type="default" r:id="rId2"/>'),
             DOCX, prose.MILL)
    link = '<w:hyperlink w:anchor="gate">' + r('the second gate') + '</w:hyperlink>'
    split = r('One w') + r('ord', '<w:b/>') + r(' in three r') + r('uns.', '<w:i/>')
    breaks = '<w:r><w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>three</w:t><w:cr/><w:t>four</w:t><w:noBreakHyphen/><w:t>fold</w:t><w:softHyphen/><w:t>ed</w:t></w:r>'
    document('docx/runs.docx', package(p('See ', link, '.') + p(split) + p(breaks)), DOCX, 'See the second gate.',
             'One word in three runs.', 'one two three four-folded')
    ruby = ('<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>すいしゃ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>水車</w:t></w:r></w:rubyBase></w:ruby></w:r>')
    document('docx/ruby.docx', package(p('古い ', ruby, ' 小屋')), DOCX, '古い 水車 小屋', language='ja')
    form = ('<w:sdt><w:sdtPr><w:alias w:val="Name of the field"/><w:text/></w:sdtPr><w:sdtContent>' + r('Grace Weaver')
            + '</w:sdtContent></w:sdt>')
    document('docx/content-control.docx', package(p('Name: ', form, '.')), DOCX, 'Name: Grace Weaver.')
    equation = '<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>'
    document('docx/equation.docx', package(p('The sum ', equation, ' is small.')), DOCX, 'The sum a+b is small.')
    items = ''.join(f'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>{r(item)}</w:p>'
                    for item in ['Open the gate', 'Grease the wheel', 'Wait'])
    numbering = (f'{XML}<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt '
                 'w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>')
    document('docx/list.docx', package(items, extra={'numbering.xml': (MAIN + 'numbering+xml', 'numbering', numbering)}), DOCX,
             'Open the gate', 'Grease the wheel', 'Wait')
    for code in ['de', 'ru', 'ar', 'th', 'zh', 'ko', 'hi']:
        document(f'docx/language-{code}.docx', package(p(prose.LANGUAGES[code]) + p(prose.LANGUAGES[code])), DOCX,
                 prose.LANGUAGES[code], prose.LANGUAGES[code], language=code)
    document('docx/empty.docx', package(p()), DOCX)
    whole = package(plain)
    document('docx/stored.docx', restored(whole), DOCX, *prose.ENGLISH)
    document('docx/cut.docx', whole[:len(whole) // 2], DOCX, error='damaged', words=None, word_count_of=None, nameless=False)



def restored(data):
    """The same package without compression."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts, stored=parts)
