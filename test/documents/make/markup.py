"""HTML and other markup whose words are not those of the source; books; subtitles; XML."""
import json

import prose
from corpus import add, document, text
from docx import zipped
from prose import ENGLISH, FLOUR, LANGUAGES, MILL, NOTE, TABLE, TABLE_TEXT, VISIT, WATER

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def page(body, head='', attributes='lang="en"', doctype='<!DOCTYPE html>\n'):
    return f'{doctype}<html {attributes}><head><meta charset="utf-8"><title>The title is not counted</title>{head}</head>\n<body>{body}</body></html>\n'


def paragraphs(texts):
    return ''.join(f'<p>{text}</p>\n' for text in texts)


def cells(rows):
    return '<table>' + ''.join('<tr>' + ''.join(f'<td>{cell}</td>' for cell in row) + '</tr>' for row in rows) + '</table>'


def html():
    def made(name, source, *pieces, **facts):
        source = source if isinstance(source, bytes) else source.encode()
        charset = 'us-ascii' if source.isascii() else 'utf-8'
        document(f'html/{name}.html', source, 'text/html', *pieces, **{'charset': charset, **facts})

    made('plain', page(paragraphs(ENGLISH)), *ENGLISH, language='en')
    made('table', page(f'<p>{MILL}</p>' + cells(TABLE)), MILL, *TABLE_TEXT)
    made('scripts', page(f'<p>{MILL}</p><script>var words = "no words at all";</script><style>p {{ color: red }}</style>'
                         '<noscript>Please switch it on</noscript><template><p>not yet here</p></template><!-- a remark -->'
                         f'<p>{FLOUR}</p>', '<style>body { margin: 0 }</style><script>if (1 < 2) { }</script>'), MILL, 'Please switch it on', FLOUR)
    made('inline', page('<p>One <b>w</b><i>ord</i> and<br>another<br/>line, one<wbr>word, so&shy;ft</p>'), 'One word and another line, oneword, soft')
    made('entities', page('<p>R&amp;D&nbsp;costs &euro;5 &lt;tag&gt; &#8211; caf&eacute; &notanentity; A&#x42;C</p>'), 'R&D costs €5 <tag> – café &notanentity; ABC')
    made('hidden', page(f'<p>{MILL}</p><p hidden>not shown</p><div style="display: none">nor this</div>'), MILL)
    made('form', page('<form><label>Name <input name="name" value="Grace Weaver"></label><textarea>two words</textarea><select><option>rye</option>'
                      '<option selected>wheat</option></select><button>Send now</button><input type="hidden" value="secret value"></form>'),
         'Name', 'Grace Weaver', 'two words', 'rye', 'wheat', 'Send now')
    made('ruby', page('<p>古い <ruby>水車<rp>(</rp><rt>すいしゃ</rt><rp>)</rp></ruby> 小屋</p>', attributes='lang="ja"'), '古い 水車 小屋')
    made('links', page('<p>See <a href="https://mill.example/gate?a=1&b=2">the second gate</a>.</p><img src="wheel.png" alt="A wheel in winter"><p>Done.</p>'),
         'See the second gate.', 'Done.')
    made('blocks', '<p>Unclosed<p>paragraphs<ul><li>one<li>two</ul><dl><dt>term<dd>meaning</dl><h2>Head</h2>tail<div>div</div>end', 'Unclosed', 'paragraphs', 'one',
         'two', 'term', 'meaning', 'Head', 'tail', 'div', 'end')
    made('old', '<HTML><HEAD><TITLE>Old</TITLE></HEAD><BODY BGCOLOR=#ffffff><CENTER><FONT SIZE=+1>The mill</FONT></CENTER><P>It turns.<HR>Again.</BODY></HTML>',
         'The mill', 'It turns.', 'Again.')
    made('pre', page('<pre>  gate  open\n  wheel\tturns\n</pre><p>x</p>'), 'gate open wheel turns', 'x')
    made('iframe', page('<p>Before</p><iframe src="x.html">not in a browser</iframe><svg><title>svg title</title><text>Drawn words</text></svg><p>After</p>'),
         'Before', 'Drawn words', 'After')
    for code in ['de', 'fr', 'ru', 'ar', 'th', 'zh', 'hi', 'vi']:
        made(f'language-{code}', page(paragraphs([LANGUAGES[code]]), attributes=f'lang="{code}"'), LANGUAGES[code], language=code)
    latin = page(paragraphs([LANGUAGES['de']])).replace('utf-8', 'iso-8859-1').replace('’', "'").encode('iso-8859-1')
    made('latin1', latin, LANGUAGES['de'], charset='windows-1252', charset_any=['iso-8859-1'])
    shift_jis = page(paragraphs([LANGUAGES['ja']])).replace('utf-8', 'shift_jis').encode('shift_jis')
    made('shift-jis', shift_jis, LANGUAGES['ja'], charset='shift_jis', language='ja')
    made('utf16', page(paragraphs([WATER])).replace('utf-8', 'utf-16').encode('utf-16'), WATER, charset='utf-16le')
    xhtml = (f'{DECLARATION}<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'
             f'<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>Not counted</title></head><body>{paragraphs(ENGLISH)}</body></html>\n')
    document('html/strict.xhtml', xhtml.encode(), 'application/xhtml+xml', *ENGLISH, charset='us-ascii')
    mht = ('From: <Saved by nobody>\r\nSubject: The mill\r\nDate: Sat, 14 Mar 2026 09:26:52 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n'
           '\ttype="text/html";\r\n\tboundary="----=_Next"\r\n\r\nThis is a multi-part message in MIME format.\r\n\r\n------=_Next\r\nContent-Type: text/html; charset="utf-8"\r\n'
           'Content-Transfer-Encoding: 8bit\r\nContent-Location: https://mill.example/\r\n\r\n' + page(paragraphs([MILL, FLOUR])) + '\r\n------=_Next--\r\n')
    document('html/saved.mht', mht.encode(), 'multipart/related', MILL, FLOUR, charset='us-ascii', nameless=False)


def books():
    def epub(chapters, spine=None):
        order = spine or range(1, len(chapters) + 1)
        items = ''.join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(1, len(chapters) + 1))
        opf = (f'{DECLARATION}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
               '<dc:identifier id="id">urn:uuid:00000000-0000-4000-8000-000000000001</dc:identifier><dc:title>The mill</dc:title><dc:language>en</dc:language>'
               '<dc:creator>Ada Miller</dc:creator><meta property="dcterms:modified">2026-03-14T09:26:52Z</meta></metadata><manifest>'
               f'<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest><spine>'
               + ''.join(f'<itemref idref="c{n}"/>' for n in order) + '</spine></package>')
        chapter = lambda body: f'{DECLARATION}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Chapter</title></head><body>{body}</body></html>'
        container = (f'{DECLARATION}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/content.opf" '
                     'media-type="application/oebps-package+xml"/></rootfiles></container>')
        nav = chapter('<nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><ol><li><a href="c1.xhtml">First chapter</a></li></ol></nav>')
        return zipped({'mimetype': 'application/epub+zip', 'META-INF/container.xml': container, 'OEBPS/content.opf': opf, 'OEBPS/nav.xhtml': nav,
                       **{f'OEBPS/c{n}.xhtml': chapter(body) for n, body in enumerate(chapters, 1)}}, stored=('mimetype',))

    document('books/two-chapters.epub', epub([f'<h1>One</h1>{paragraphs([MILL, FLOUR])}', f'<h1>Two</h1>{paragraphs([WATER])}']), 'application/epub+zip',
             'One', MILL, FLOUR, 'Two', WATER)
    document('books/language-cs.epub', epub([paragraphs([LANGUAGES['cs']])]), 'application/epub+zip', LANGUAGES['cs'], language='cs')
    fb2 = (f'{DECLARATION}<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><genre>prose</genre>'
           '<author><first-name>Ada</first-name><last-name>Miller</last-name></author><book-title>The mill</book-title><lang>en</lang></title-info></description>'
           f'<body><title><p>The mill</p></title><section>{paragraphs([MILL])}<p>{FLOUR}<a l:href="#n1" type="note">[1]</a></p></section></body>'
           f'<body name="notes"><section id="n1"><p>{NOTE}</p></section></body><binary id="cover.png" content-type="image/png">iVBORw0KGgoAAAANSUhEUg==</binary></FictionBook>\n')
    document('books/mill.fb2', fb2.encode(), 'application/x-fictionbook+xml', 'The mill', MILL, FLOUR + '[1]', NOTE, charset='us-ascii')
    add('books/mill.fb2.zip', zipped({'mill.fb2': fb2}), 'application/x-zip-compressed-fb2')
    xps()


def xps():
    glyphs = lambda said, y: (f'<Glyphs Fill="#ff000000" FontUri="/Resources/Fonts/a.odttf" FontRenderingEmSize="12" OriginX="48" OriginY="{y}" UnicodeString="{said}"/>')
    fixed = [f'<FixedPage Width="816" Height="1056" xmlns="http://schemas.microsoft.com/xps/2005/06" xml:lang="en-GB">{glyphs("The old mill", 60)}{glyphs("at Ellerbrook", 80)}</FixedPage>',
             f'<FixedPage Width="816" Height="1056" xmlns="http://schemas.microsoft.com/xps/2005/06" xml:lang="en-GB">{glyphs("turns again.", 60)}</FixedPage>']
    kinds = ''.join(f'<Default Extension="{extension}" ContentType="{kind}"/>' for extension, kind in [
        ('rels', 'application/vnd.openxmlformats-package.relationships+xml'), ('fdseq', 'application/vnd.ms-package.xps-fixeddocumentsequence+xml'),
        ('fdoc', 'application/vnd.ms-package.xps-fixeddocument+xml'), ('fpage', 'application/vnd.ms-package.xps-fixedpage+xml')])
    document('books/pages.xps', zipped({
        '[Content_Types].xml': f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{kinds}</Types>',
        '_rels/.rels': f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="R0" '
                       'Type="http://schemas.microsoft.com/xps/2005/06/fixedrepresentation" Target="/FixedDocSeq.fdseq"/></Relationships>',
        'FixedDocSeq.fdseq': '<FixedDocumentSequence xmlns="http://schemas.microsoft.com/xps/2005/06"><DocumentReference Source="/Documents/1/FixedDoc.fdoc"/></FixedDocumentSequence>',
        'Documents/1/FixedDoc.fdoc': '<FixedDocument xmlns="http://schemas.microsoft.com/xps/2005/06"><PageContent Source="Pages/1.fpage"/><PageContent Source="Pages/2.fpage"/></FixedDocument>',
        'Documents/1/Pages/1.fpage': fixed[0], 'Documents/1/Pages/2.fpage': fixed[1]}), 'application/vnd.ms-xpsdocument',
        'The old mill at Ellerbrook', 'turns again.')


def light():
    markdown = ('# The *mill*\n\n' + MILL + '\n\n- open the **gate**\n- grease the [wheel](https://mill.example/wheel "title")\n\n1. wait\n\n> a quotation\n\n'
                '| rye | wheat |\n|-----|------:|\n| 41  | 112   |\n\n```python\nprint(1 + 1)\n```\n\nA line with `code`, ![a picture](wheel.png) and <b>tags</b>.\n\n---\n\nEnd.\n')
    document('text/guide.md', markdown.encode(), 'text/markdown', 'The mill', MILL, 'open the gate', 'grease the wheel', 'wait', 'a quotation', 'rye', 'wheat',
             '41', '112', 'print(1 + 1)', 'A line with code, and tags.', 'End.', charset='us-ascii')
    document('text/language-it.md', f'# Il mulino\n\n{LANGUAGES["it"]}\n\n[dove](https://mill.example)\n'.encode(), 'text/markdown', 'Il mulino', LANGUAGES['it'], 'dove',
             charset='utf-8', language='it', nameless=False)
    srt = '1\n00:00:01,000 --> 00:00:03,500\nThe wheel turns\n<i>slowly</i> at first.\n\n2\n00:00:04,000 --> 00:00:06,000\nThen {\\an8}the gate opens.\n\n'
    document('text/film.srt', srt.encode(), 'application/x-subrip', 'The wheel turns slowly at first.', 'Then the gate opens.', charset='us-ascii')
    vtt = ('WEBVTT - The mill\n\nNOTE not to be read\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:03.500 align:start\n<v Ada>The wheel turns\n<00:02.000><c.slow>slowly</c> at first.\n\n'
           '00:04.000 --> 00:06.000\nRye &amp; wheat.\n')
    document('text/film.vtt', vtt.encode(), 'text/vtt', 'The wheel turns slowly at first.', 'Rye & wheat.', charset='us-ascii')
    notebook = {'cells': [{'cell_type': 'markdown', 'metadata': {}, 'source': ['# Sacks\n', '\n', 'Counted in *March*.']},
                          {'cell_type': 'code', 'execution_count': 1, 'metadata': {}, 'source': ['print("rye", 41)'],
                           'outputs': [{'name': 'stdout', 'output_type': 'stream', 'text': ['rye 41\n']}]}],
                'metadata': {'kernelspec': {'name': 'python3', 'display_name': 'Python 3', 'language': 'python'}}, 'nbformat': 4, 'nbformat_minor': 5}
    document('text/sacks.ipynb', json.dumps(notebook, indent=1).encode(), 'application/x-ipynb+json', 'Sacks', 'Counted in March.', 'print("rye", 41)', charset='us-ascii')


def xml():
    def made(name, mime, source, *pieces, **facts):
        data = (DECLARATION + source).encode()
        document(f'xml/{name}', data, mime, *pieces, charset='us-ascii' if data.isascii() else 'utf-8', **facts)

    made('ledger.xml', 'application/xml', '<!DOCTYPE ledger [<!ENTITY who "the miller">]>\n<ledger><!-- a remark --><entry day="14" unit="no words here">Sold by &who; himself</entry>'
         '<entry>forty <b>sacks</b></entry><entry><![CDATA[rye & <wheat>]]></entry><?pi not this?></ledger>\n', 'Sold by the miller himself', 'forty sacks', 'rye & <wheat>')
    made('feed.rss', 'application/rss+xml', f'<rss version="2.0"><channel><title>The mill</title><link>https://mill.example/</link><description>News</description><item><title>Flood</title><description>{WATER}</description></item></channel></rss>\n',
         'The mill', 'https://mill.example/', 'News', 'Flood', WATER)
    made('feed.atom', 'application/atom+xml', f'<feed xmlns="http://www.w3.org/2005/Atom"><title>The mill</title><id>urn:x:1</id><updated>2026-03-14T09:26:52Z</updated><entry><title>Flood</title><summary>{WATER}</summary></entry></feed>\n',
         'The mill', 'urn:x:1', '2026-03-14T09:26:52Z', 'Flood', WATER)
    made('wheel.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><title>Wheel</title><circle cx="20" cy="20" r="18"/><text x="2" y="20">Turning wheel</text></svg>\n', 'Wheel', 'Turning wheel')
    made('way.kml', 'application/vnd.google-earth.kml+xml', '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>To the mill</name><Placemark><name>Mill</name><Point><coordinates>8.1,50.2,0</coordinates></Point></Placemark></Document></kml>\n', 'To the mill', 'Mill', '8.1,50.2,0')
    made('way.gpx', 'application/gpx+xml', '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="nobody"><wpt lat="50.2" lon="8.1"><name>The mill</name></wpt></gpx>\n', 'The mill')
    made('agents.plist', 'application/x-plist', '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict><key>Label</key><string>example mill</string></dict></plist>\n', 'Label', 'example mill')
    made('sheet.xsl', 'application/xslt+xml', '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><p>The mill</p></xsl:template></xsl:stylesheet>\n', 'The mill')
    made('book.docbook', 'application/docbook+xml', f'<book xmlns="http://docbook.org/ns/docbook" version="5.0"><title>The mill</title><chapter><title>Water</title><para>{WATER}</para></chapter></book>\n', 'The mill', 'Water', WATER)
    made('score.musicxml', 'application/vnd.recordare.musicxml+xml', '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Wheel</part-name></score-part></part-list><part id="P1"><measure number="1"/></part></score-partwise>\n', 'Wheel')
    made('formula.mml', 'application/mathml+xml', '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>a</mi><mo>+</mo><mi>b</mi></math>\n', 'a', '+', 'b')
    # Its text is in attributes: the source counts.
    text('xml/list.opml', f'{DECLARATION}<opml version="2.0"><head><title>Mills</title></head><body><outline text="One mill"/></body></opml>\n', 'text/x-opml', nameless=True)
    made('terms.xliff', 'application/xliff+xml', '<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"><file original="a" source-language="en" datatype="plaintext"><body><trans-unit id="1"><source>wheel</source><target>Rad</target></trans-unit></body></file></xliff>\n', 'wheel', 'Rad')
    made('play.xspf', 'application/xspf+xml', '<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Wheels</title><trackList/></playlist>\n', 'Wheels')
    made('sitemap.xml', 'application/xml', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://mill.example/</loc></url></urlset>\n', 'https://mill.example/')
    made('scene.x3d', 'model/x3d+xml', '<X3D version="3.3" profile="Immersive"><Scene><Shape><Sphere/></Shape></Scene></X3D>\n')
    made('model.dae', 'model/vnd.collada+xml', '<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1"><asset><up_axis>Z_UP</up_axis></asset></COLLADA>\n', 'Z_UP')
    made('service.wsdl', 'application/wsdl+xml', '<definitions name="Mill" xmlns="http://schemas.xmlsoap.org/wsdl/"><documentation>Counts sacks</documentation></definitions>\n', 'Counts sacks')
    made('schema.xsd', 'application/xml', '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:annotation><xs:documentation>Counts sacks</xs:documentation></xs:annotation></xs:schema>\n', 'Counts sacks')
    made('graph.graphml', 'application/xml', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph id="G" edgedefault="directed"><node id="n"/></graph></graphml>\n')
    made('data.rdf', 'application/rdf+xml', '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description rdf:about="https://mill.example/"><dc:title>The mill</dc:title></rdf:Description></rdf:RDF>\n', 'The mill')
    bare = '<ledger><entry>Rye and wheat</entry><entry>forty</entry></ledger>\n'
    document('xml/bare.xml', bare.encode(), 'application/xml', 'Rye and wheat', 'forty', charset='us-ascii')
    wide = f'<?xml version="1.0" encoding="UTF-16"?>\n<ledger><entry>{LANGUAGES["el"]}</entry></ledger>\n'.encode('utf-16')
    document('xml/wide.xml', wide, 'application/xml', LANGUAGES['el'], charset='utf-16le', language='el')
    latin = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<ledger><entry>Käse für die Mühle</entry></ledger>\n'.encode('iso-8859-1')
    document('xml/latin1.xml', latin, 'application/xml', 'Käse für die Mühle', charset='windows-1252', charset_any=['iso-8859-1'])


def make():
    html()
    books()
    light()
    xml()
