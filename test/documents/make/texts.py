"""Texts in many charsets, and texts with a form: tables, settings, lists, letters."""
import prose
from corpus import add, document, text

PLAIN = 'text/plain'


def charsets():
    for code, said in prose.LANGUAGES.items():
        text(f'plain/utf8-{code}.txt', said + '\n', PLAIN, language=code, nameless=True)
    for charset, code, python in [
        ('utf-16le', 'de', 'utf-16-le'), ('utf-16be', 'de', 'utf-16-be'), ('utf-16le', 'ru', 'utf-16-le'), ('utf-32le', 'fr', 'utf-32-le'), ('utf-32be', 'fr', 'utf-32-be'),
    ]:
        said = prose.LANGUAGES[code]
        text(f'plain/{charset}-{code}-mark.txt', ('\ufeff' + said).encode(python), PLAIN, python, charset, language=code, nameless=True)
        text(f'plain/{charset}-{code}.txt', said.encode(python), PLAIN, python, charset, nameless=True)
    text('plain/utf8-mark.txt', '\ufeff'.encode() + prose.LANGUAGES['fr'].encode(), PLAIN, 'utf-8', 'utf-8', nameless=True)
    # Three times, as a detector of charsets needs some text.
    for charset, code, python in [
        ('shift_jis', 'ja', 'shift_jis'), ('euc-jp', 'ja', 'euc_jp'), ('iso-2022-jp', 'ja', 'iso2022_jp'), ('gb18030', 'zh', 'gb18030'), ('euc-kr', 'ko', 'euc_kr'),
        ('koi8-r', 'ru', 'koi8-r'), ('windows-1251', 'ru', 'cp1251'), ('windows-1253', 'el', 'cp1253'), ('windows-1255', 'he', 'cp1255'), ('windows-1256', 'ar', 'cp1256'),
    ]:
        said = '\n'.join([prose.LANGUAGES[code].replace('’', "'")] * 3) + '\n'
        text(f'plain/{charset}-{code}.txt', said, PLAIN, python, charset, language=code, nameless=True)
    big5 = '老磨坊坐落在兩條小溪匯合的地方。水輪從三月一直轉到第一次霜凍。在安靜的早晨，人們還沒看見它，就先聽見它。磨坊主每天在水位夠高的時候打開閘門。\n' * 3
    text('plain/big5-zh.txt', big5, PLAIN, 'big5', 'big5', nameless=True)
    # What is not windows-1252 in them is not there: both names are right, and the wider one is used.
    for code in ['de', 'es']:
        text(f'plain/windows-1252-{code}.txt', '\n'.join([prose.LANGUAGES[code]] * 3) + '\n', PLAIN, 'cp1252', 'windows-1252', language=code, nameless=True, charset_any=['iso-8859-1'])
    text('plain/crlf.txt', '\r\n'.join(prose.ENGLISH), PLAIN, nameless=True)
    text('plain/long-line.txt', ' '.join(prose.ENGLISH * 8), PLAIN, nameless=True)
    text('plain/spaces.txt', 'a\u00a0b\u2003c\u3000d\u202fe\u0085f\u2028g\n', PLAIN, nameless=True)
    text('plain/one.txt', 'word', PLAIN, nameless=True)
    text('plain/blank.txt', ' \n\t\n', PLAIN, nameless=True)
    text('plain/emoji.txt', 'The wheel 🌊 turns 🐟🐟 and 👩‍🌾 waits.\n', PLAIN, nameless=True)
    add('plain/empty', b'', 'inode/x-empty', words=0, word_count_of='text')
    log = ''.join(f'2026-03-{day:02} 06:{day:02}:11 INFO gate {day % 3} opened by miller\n' for day in range(1, 29))
    text('plain/gate.log', log, 'text/x-log')
    text('plain/picture.png', 'This is not a picture, whatever its name says.\n', PLAIN, mismatch=True)


def tables():
    rows = 'month,rye,wheat\n' + ''.join(f'm{n},{n * 3},{n * 5}\n' for n in range(1, 13))
    text('data/sacks.csv', rows, 'text/csv', nameless=True)
    text('data/semicolon.csv', rows.replace(',', ';'), 'text/csv')
    text('data/quoted.csv', 'name,remark\n"Miller, Ada","said ""open"""\n"Weaver, Grace","two\nlines"\n', 'text/csv')
    text('data/sacks.tsv', rows.replace(',', '\t'), 'text/tab-separated-values', nameless=True)
    text('data/ledger.json', '{"mill": "Ellerbrook", "sacks": [41, 112], "open": true}\n', 'application/json', nameless=True)
    text('data/events.ndjson', ''.join(f'{{"day": {n}, "gate": "open"}}\n' for n in range(1, 9)), 'application/x-ndjson', nameless=True)
    text('data/sequence.json-seq', ''.join(f'\x1e{{"day": {n}}}\n' for n in range(1, 5)), 'application/json-seq')
    text('data/place.geojson', '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [8.1, 50.2]}, "properties": {"name": "mill"}}]}\n', 'application/geo+json', nameless=True)
    text('data/linked.jsonld', '{"@context": "https://schema.org", "@type": "Place", "name": "Ellerbrook mill"}\n', 'application/ld+json', nameless=True)
    text('data/app.webmanifest', '{"name": "Mill", "short_name": "Mill", "start_url": "/", "display": "standalone", "icons": []}\n', 'application/manifest+json')
    text('data/traffic.har', '{"log": {"version": "1.2", "creator": {"name": "nobody", "version": "1"}, "entries": []}}\n', 'application/har+json')
    text('data/comments.json5', "// a remark\n{mill: 'Ellerbrook', sacks: [41, 112,],}\n", 'application/json5')
    text('data/mill.yaml', '---\nmill: Ellerbrook\ngates:\n  - first\n  - second\nopen: true\n', 'application/yaml', nameless=True)
    text('data/bare.yml', 'mill: Ellerbrook\ngates:\n  - first\n  - second\nopen: true\n', 'application/yaml')
    text('data/mill.toml', '[mill]\nname = "Ellerbrook"\ngates = ["first", "second"]\n\n[mill.wheel]\nspokes = 12\n', 'application/toml')
    text('data/mill.ini', '; settings\n[mill]\nname=Ellerbrook\ngates=2\n\n[wheel]\nspokes=12\n', 'text/x-ini', nameless=True)
    text('data/mill.properties', '# settings\nmill.name=Ellerbrook\nmill.gates=2\nwheel.spokes=12\n', 'text/x-java-properties')
    text('data/mill.reg', 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Mill]\r\n"Gates"=dword:00000002\r\n', 'text/x-ms-regedit', nameless=True)
    text('data/mill.desktop', '[Desktop Entry]\nType=Application\nName=Mill\nExec=mill\n', 'application/x-desktop', nameless=True)
    text('data/calendar.ics', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//nobody//mill//EN\r\nBEGIN:VEVENT\r\nUID:1@mill.example\r\nDTSTART:20260314T100000Z\r\nSUMMARY:Mill day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n', 'text/calendar', nameless=True)
    text('data/ada.vcf', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Miller\r\nN:Miller;Ada;;;\r\nEND:VCARD\r\n', 'text/vcard', nameless=True)
    text('data/people.ldif', 'version: 1\ndn: cn=Ada Miller,dc=mill,dc=example\nobjectClass: person\ncn: Ada Miller\nsn: Miller\n', 'text/x-ldif', nameless=True)
    text('data/change.diff', 'diff --git a/gate.txt b/gate.txt\nindex 1234567..89abcde 100644\n--- a/gate.txt\n+++ b/gate.txt\n@@ -1,2 +1,2 @@\n-closed\n+open\n wheel\n', 'text/x-diff', nameless=True)
    text('data/context.patch', '*** gate.txt\tSat Mar 14 09:26:52 2026\n--- gate.new\tSat Mar 14 09:30:00 2026\n***************\n*** 1,2 ****\n! closed\n  wheel\n--- 1,2 ----\n! open\n  wheel\n', 'text/x-diff', nameless=True)
    text('data/mailed.patch', 'From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: Ada Miller <ada@mill.example>\nDate: Sat, 14 Mar 2026 09:26:52 +0000\nSubject: [PATCH] Open the gate\n\n---\n gate.txt | 2 +-\n\ndiff --git a/gate.txt b/gate.txt\n--- a/gate.txt\n+++ b/gate.txt\n@@ -1 +1 @@\n-closed\n+open\n-- \n2.45.0\n', 'text/x-diff')
    text('data/songs.m3u8', '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:60\n#EXTINF:60,The wheel\nwheel.ts\n#EXT-X-ENDLIST\n', 'application/vnd.apple.mpegurl', nameless=True)
    text('data/songs.pls', '[playlist]\nNumberOfEntries=1\nFile1=wheel.mp3\nTitle1=The wheel\nVersion=2\n', 'audio/x-scpls', nameless=True)
    document('data/film.ass', '[Script Info]\nTitle: Mill\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Text\nDialogue: 0,0:00:01.00,0:00:03.00,Default,The wheel turns\n'.encode(), 'text/x-ssa', 'The wheel turns', charset='us-ascii', nameless=False)
    text('data/mill.torrent', b'd8:announce26:https://mill.example/track4:infod6:lengthi5e4:name8:mill.txt12:piece lengthi16384e6:pieces20:abcdefghijklmnopqrstee', 'application/x-bittorrent', nameless=True)
    text('data/works.bib', '@book{miller1911,\n  author = {Miller, Ada},\n  title = {The Mill},\n  year = {1911}\n}\n', 'text/x-bibtex', nameless=True)
    text('data/works.ris', 'TY  - BOOK\nAU  - Miller, Ada\nTI  - The Mill\nPY  - 1911\nER  - \n', 'application/x-research-info-systems', nameless=True)
    text('data/shortcut.url', '[InternetShortcut]\r\nURL=https://mill.example/\r\n', 'application/x-mswinurl', nameless=True)
    text('data/robots.txt', 'User-agent: *\nDisallow: /gate\n', PLAIN)
    text('data/hosts', '127.0.0.1\tlocalhost\n192.0.2.7\tmill.example mill\n192.0.2.8\tgate.example\tgate\n', PLAIN, nameless=True)
    text('data/mill.po', 'msgid ""\nmsgstr ""\n"Language: de\\n"\n\nmsgid "wheel"\nmsgstr "Rad"\n', 'text/x-gettext-translation', nameless=True)
    text('data/wheel.ps', '%!PS-Adobe-3.0\n%%Pages: 1\n/Times-Roman findfont 12 scalefont setfont\n72 720 moveto (The mill) show\nshowpage\n%%EOF\n', 'application/postscript', nameless=True)
    text('data/wheel.eps', '%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n0 0 moveto 100 100 lineto stroke\n%%EOF\n', 'application/postscript', nameless=True)
    text('data/model.obj', '# a triangle\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n', 'model/obj')
    text('data/model.stl', 'solid wheel\nfacet normal 0 0 1\n outer loop\n  vertex 0 0 0\n  vertex 1 0 0\n  vertex 0 1 0\n endloop\nendfacet\nendsolid wheel\n', 'model/stl', nameless=True)
    text('data/model.ply', 'ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n0\n', 'model/x-ply', nameless=True)
    text('data/pixels.ppm', 'P3\n2 1\n255\n255 0 0 0 255 0\n', 'image/x-portable-pixmap', nameless=True, charset='us-ascii')
    text('data/pixels.xpm', '/* XPM */\nstatic char *wheel[] = {\n"2 1 2 1",\n"a c #ffffff",\n"b c #000000",\n"ab"};\n', 'image/x-xpixmap', nameless=True)
    text('data/pixels.xbm', '#define wheel_width 8\n#define wheel_height 1\nstatic char wheel_bits[] = { 0x01 };\n', 'image/x-xbitmap', nameless=True)
    text('data/drawing.dxf', '  0\nSECTION\n  2\nENTITIES\n  0\nLINE\n 10\n0.0\n 20\n0.0\n 11\n1.0\n 21\n1.0\n  0\nENDSEC\n  0\nEOF\n', 'image/vnd.dxf', nameless=True)
    text('data/game.pgn', '[Event "Mill day"]\n[Site "Ellerbrook"]\n[Date "2026.03.14"]\n[White "Miller"]\n[Black "Weaver"]\n[Result "1-0"]\n\n1. e4 e5 2. Qh5 Nc6 3. Bc4 Nf6 4. Qxf7# 1-0\n', 'application/x-chess-pgn', nameless=True)
    text('data/uuencoded.uu', 'begin 644 mill.txt\n(5&AE(&UI;&P\n`\nend\n', 'text/x-uuencode', nameless=True)
    text('data/terms.ttl', '@prefix dc: <http://purl.org/dc/elements/1.1/> .\n<https://mill.example/> dc:title "The mill" .\n', 'text/turtle', nameless=True)


def prose_markup():
    text('markup/mill.tex', '\\documentclass{article}\n\\begin{document}\n' + prose.MILL + '\n\\end{document}\n', 'text/x-tex', nameless=True)
    text('markup/mill.rst', 'The mill\n========\n\n' + prose.MILL + '\n\n.. note::\n\n   The gate is old.\n', 'text/x-rst')
    text('markup/mill.adoc', '= The mill\nAda Miller\n\n== Water\n\n' + prose.WATER + '\n', 'text/x-asciidoc')
    text('markup/mill.org', '#+TITLE: The mill\n* Water\n** TODO open the gate\n' + prose.WATER + '\n', 'text/org')
    text('markup/mill.1', '.TH MILL 1 2026-03-14\n.SH NAME\nmill \\- count sacks\n.SH DESCRIPTION\n' + prose.FLOUR + '\n', 'text/troff', nameless=True)
    text('markup/mill.texi', '\\input texinfo\n@settitle The mill\n@node Top\n@chapter Water\n' + prose.WATER + '\n@bye\n', 'text/x-texinfo', nameless=True)
    text('markup/mill.textile', 'h1. The mill\n\n' + prose.MILL + '\n', 'text/x-textile')


def make():
    charsets()
    tables()
    prose_markup()
