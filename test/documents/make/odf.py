"""OpenDocument written by hand, packed and flat."""
import prose
from corpus import document
from docx import t, zipped

NAMES = ['office', 'text', 'table', 'style', 'draw', 'presentation', 'form', 'script']
NS = ' '.join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{"drawing" if name == "draw" else name}:1.0"' for name in NAMES)
NS += (' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
       'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
       'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"')
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TYPE = 'application/vnd.oasis.opendocument.'


PAGE = '<style:master-page style:name="Default" style:page-layout-name="pm"/>'


def package(kind, body, styles='', master=PAGE, title='The mill'):
    mime = TYPE + kind
    content = (f'{HEAD}<office:document-content {NS} office:version="1.3"><office:automatic-styles>{styles}</office:automatic-styles>'
               f'<office:body>{body}</office:body></office:document-content>')
    manifest = (f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
                f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
                '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>'
                '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>')
    meta = (f'{HEAD}<office:document-meta {NS} office:version="1.3"><office:meta><dc:title>{t(title)}</dc:title><dc:creator>Ada Miller'
            '</dc:creator><meta:creation-date>2026-03-14T09:26:52</meta:creation-date></office:meta></office:document-meta>')
    own = (f'{HEAD}<office:document-styles {NS} office:version="1.3"><office:styles/><office:automatic-styles><style:page-layout '
           f'style:name="pm"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout></office:automatic-styles><office:master-styles>{master}</office:master-styles></office:document-styles>')
    return zipped({'mimetype': mime, 'content.xml': content, 'styles.xml': own, 'meta.xml': meta, 'META-INF/manifest.xml': manifest},
                  stored=('mimetype',))


def p(*content):
    return f'<text:p>{"".join(part if part.startswith("<") else t(part) for part in content)}</text:p>'


def writer(*content):
    return f'<office:text>{"".join(content)}</office:text>'


def table(rows, name='Table1'):
    cell = lambda value: (f'<table:table-cell office:value-type="float" office:value="{value}">{p(str(value))}</table:table-cell>'
                          if isinstance(value, (int, float)) else f'<table:table-cell office:value-type="string">{p(value)}</table:table-cell>')
    return (f'<table:table table:name="{name}"><table:table-column table:number-columns-repeated="{len(rows[0])}"/>'
            + ''.join(f'<table:table-row>{"".join(map(cell, row))}</table:table-row>' for row in rows) + '</table:table>')


def note(text, kind='footnote'):
    return (f'<text:note text:id="n{len(text)}" text:note-class="{kind}"><text:note-citation>1</text:note-citation><text:note-body>{p(text)}'
            '</text:note-body></text:note>')


def frame(*content):
    return f'<draw:frame svg:x="1cm" svg:y="1cm" svg:width="20cm" svg:height="3cm" text:anchor-type="as-char"><draw:text-box>{"".join(map(p, content))}</draw:text-box></draw:frame>'


def page(*content, notes=''):
    said = f'<presentation:notes><draw:frame presentation:class="notes"><draw:text-box>{p(notes)}</draw:text-box></draw:frame></presentation:notes>'
    return f'<draw:page draw:name="page" draw:master-page-name="Default">{"".join(content)}{said if notes else ""}</draw:page>'


def flat(kind, body):
    return (f'{HEAD}<office:document {NS} office:version="1.3" office:mimetype="{TYPE}{kind}"><office:meta><dc:title>The mill</dc:title>'
            f'</office:meta><office:body>{body}</office:body></office:document>').encode()


def make():
    plain = writer(*map(p, prose.ENGLISH))
    odt = TYPE + 'text'
    document('odf/plain.odt', package('text', plain), odt, *prose.ENGLISH, language='en')
    document('odf/template.ott', package('text-template', plain), TYPE + 'text-template', *prose.ENGLISH)
    document('odf/web.oth', package('text-web', plain), TYPE + 'text-web', *prose.ENGLISH)
    document('odf/master.odm', package('text-master', plain), TYPE + 'text-master', *prose.ENGLISH)
    document('odf/flat.fodt', flat('text', plain), TYPE + 'text-flat-xml', *prose.ENGLISH)
    document('odf/table.odt', package('text', writer(p(prose.MILL), table(prose.TABLE))), odt, prose.MILL, *prose.TABLE_TEXT)
    document('odf/notes.odt', package('text', writer(p(prose.MILL, note(prose.NOTE), ' More.'), p(prose.FLOUR, note('Ledger.', 'endnote')))), odt,
             prose.MILL + ' More.', prose.NOTE, prose.FLOUR, 'Ledger.')
    document('odf/frame.odt', package('text', writer(p(prose.MILL), p(frame(prose.BOX)))), odt, prose.MILL, prose.BOX)
    change = ('<office:change-info><dc:creator>Ada Miller</dc:creator><dc:date>2026-03-14T09:26:52</dc:date></office:change-info>')
    tracked = (f'<text:tracked-changes><text:changed-region text:id="c1"><text:deletion>{change}{p(prose.DELETED)}</text:deletion></text:changed-region>'
               f'<text:changed-region text:id="c2"><text:insertion>{change}</text:insertion></text:changed-region></text:tracked-changes>')
    document('odf/tracked-changes.odt', package('text', writer(tracked, p('Before, ', '<text:change text:change-id="c1"/>',
             '<text:change-start text:change-id="c2"/>', prose.INSERTED, '<text:change-end text:change-id="c2"/>', ' and after.'))), odt,
             f'Before, {prose.INSERTED} and after.')
    annotation = f'<office:annotation><dc:creator>Ada Miller</dc:creator><dc:date>2026-03-14T09:26:52</dc:date>{p(prose.COMMENT)}</office:annotation>'
    document('odf/comments.odt', package('text', writer(p(prose.WATER, annotation))), odt, prose.WATER)
    header = f'<style:master-page style:name="Standard" style:page-layout-name="pm"><style:header>{p(prose.HEADER)}</style:header><style:footer>{p(prose.FOOTER)}</style:footer></style:master-page>'
    document('odf/headers.odt', package('text', plain, master=header), odt, *prose.ENGLISH)
    spaces = p('one', '<text:s text:c="3"/>', 'two', '<text:tab/>', 'three', '<text:line-break/>', 'four ', '<text:span>fi</text:span>', '<text:span>ve</text:span>')
    document('odf/spaces.odt', package('text', writer(spaces)), odt, 'one two three four five')
    ruby = '<text:ruby><text:ruby-base>水車</text:ruby-base><text:ruby-text>すいしゃ</text:ruby-text></text:ruby>'
    document('odf/ruby.odt', package('text', writer(p('古い ', ruby, ' 小屋'))), odt, '古い 水車 小屋', language='ja')
    items = '<text:list>' + ''.join(f'<text:list-item>{p(item)}</text:list-item>' for item in ['Open the gate', 'Grease the wheel']) + '</text:list>'
    link = '<text:a xlink:href="https://mill.example/gate">the second gate</text:a>'
    document('odf/list-and-link.odt', package('text', writer('<text:h text:outline-level="1">Duties</text:h>', items, p('See ', link, '.'))), odt,
             'Duties', 'Open the gate', 'Grease the wheel', 'See the second gate.')
    hidden = '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>'
    document('odf/hidden.odt', package('text', writer(p('Seen by all. ', f'<text:span text:style-name="T1">{prose.HIDDEN}</text:span>')), styles=hidden), odt,
             'Seen by all.')
    for code in ['fr', 'pl', 'he', 'ja']:
        document(f'odf/language-{code}.odt', package('text', writer(p(prose.LANGUAGES[code]))), odt, prose.LANGUAGES[code], language=code)
    sheet = [['Month', 'Sacks'], ['March', 41], ['April', 38.5]]
    sheet_text = [str(value) for row in sheet for value in row]
    body = f'<office:spreadsheet>{table(sheet, "Sacks")}</office:spreadsheet>'
    document('odf/sheet.ods', package('spreadsheet', body), TYPE + 'spreadsheet', *sheet_text)
    document('odf/template.ots', package('spreadsheet-template', body), TYPE + 'spreadsheet-template', *sheet_text)
    document('odf/flat.fods', flat('spreadsheet', body), TYPE + 'spreadsheet-flat-xml', *sheet_text)
    repeated = ('<office:spreadsheet><table:table table:name="T"><table:table-row><table:table-cell office:value-type="string" '
                f'table:number-columns-repeated="3">{p("rye")}</table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
                f'<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string">{p("wheat too")}</table:table-cell></table:table-row>'
                '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
                '</table:table></office:spreadsheet>')
    document('odf/repeated.ods', package('spreadsheet', repeated), TYPE + 'spreadsheet', 'rye', 'rye', 'rye', 'wheat too', 'wheat too')
    two = f'<office:spreadsheet>{table(sheet, "A")}{table([["July", 77]], "B")}</office:spreadsheet>'
    document('odf/two-sheets.ods', package('spreadsheet', two), TYPE + 'spreadsheet', *sheet_text, 'July', '77')
    slides = f'<office:presentation>{page(frame("The mill"), frame(prose.MILL, prose.VISIT), notes=prose.NOTE)}{page(frame(prose.FLOUR))}</office:presentation>'
    said = ['The mill', prose.MILL, prose.VISIT, prose.NOTE, prose.FLOUR]
    document('odf/slides.odp', package('presentation', slides), TYPE + 'presentation', *said)
    document('odf/template.otp', package('presentation-template', slides), TYPE + 'presentation-template', *said)
    document('odf/flat.fodp', flat('presentation', slides), TYPE + 'presentation-flat-xml', *said)
    drawing = f'<office:drawing>{page(frame(prose.BOX), "<draw:custom-shape>" + p("A round wheel") + "</draw:custom-shape>")}</office:drawing>'
    document('odf/drawing.odg', package('graphics', drawing), TYPE + 'graphics', prose.BOX, 'A round wheel')
    document('odf/template.otg', package('graphics-template', drawing), TYPE + 'graphics-template', prose.BOX, 'A round wheel')
    document('odf/flat.fodg', flat('graphics', drawing), TYPE + 'graphics-flat-xml', prose.BOX, 'A round wheel')
    document('odf/empty.odt', package('text', writer(p())), odt)
    whole = package('text', plain)
    document('odf/cut.odt', whole[:-150], odt, *prose.ENGLISH)
