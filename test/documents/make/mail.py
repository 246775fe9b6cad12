"""Messages and mailboxes."""
import base64
import quopri

import cfb
import prose
from corpus import document
from markup import page, paragraphs

HEAD = ('From: Ada Miller <ada@mill.example>\nTo: Grace Weaver <grace@mill.example>\nSubject: Sacks of rye\n'
        'Date: Sat, 14 Mar 2026 09:26:52 +0000\nMessage-ID: <1@mill.example>\nMIME-Version: 1.0\n')
EML = 'message/rfc822'


def part(content, kind='text/plain; charset=utf-8', encoding='7bit', more=''):
    data = content if isinstance(content, bytes) else content.encode()
    if encoding == 'base64':
        coded = base64.encodebytes(data).decode()
    elif encoding == 'quoted-printable':
        coded = quopri.encodestring(data).decode()
    else:
        coded = data.decode()
    return f'Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n{more}\n{coded}\n'


def multipart(kind, *parts, boundary='=_b1'):
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n' + ''.join(f'--{boundary}\n{each}' for each in parts) + f'--{boundary}--\n'


def make():
    def made(name, source, *pieces, **facts):
        data = source if isinstance(source, bytes) else source.encode()
        document(f'mail/{name}.eml', data, EML, *pieces, charset='us-ascii' if data.isascii() else 'utf-8', **facts)

    made('plain', HEAD + part('\n\n'.join(prose.ENGLISH)), *prose.ENGLISH, language='en')
    made('crlf', (HEAD + part('\n\n'.join(prose.ENGLISH))).replace('\n', '\r\n'), *prose.ENGLISH)
    made('quoted-printable', HEAD + part(prose.LANGUAGES['de'], encoding='quoted-printable'), prose.LANGUAGES['de'], language='de')
    made('base64', HEAD + part(prose.LANGUAGES['zh'], encoding='base64'), prose.LANGUAGES['zh'], language='zh')
    made('koi8', HEAD + part(prose.LANGUAGES['ru'].encode('koi8-r'), 'text/plain; charset=koi8-r', 'base64'), prose.LANGUAGES['ru'], language='ru')
    made('html', HEAD + part(page(paragraphs([prose.MILL, prose.FLOUR])), 'text/html; charset=utf-8'), prose.MILL, prose.FLOUR)
    made('alternative', HEAD + multipart('alternative', part(prose.WATER), part(page(paragraphs([prose.WATER])), 'text/html; charset=utf-8')), prose.WATER)
    attached = part(b'%PDF-1.4 nothing', 'application/pdf; name="gate.pdf"', 'base64', 'Content-Disposition: attachment; filename="gate.pdf"\n')
    made('attachment', HEAD + multipart('mixed', part(prose.MILL), attached), prose.MILL)
    text = part('These words are attached.', 'text/plain; charset=utf-8; name="notes.txt"', more='Content-Disposition: attachment; filename="notes.txt"\n')
    made('attached-text', HEAD + multipart('mixed', part(prose.MILL), text), prose.MILL)
    related = multipart('related', part(page(f'<p>{prose.FLOUR}</p><img src="cid:1">'), 'text/html; charset=utf-8'),
                        part(b'\x89PNG', 'image/png', 'base64', 'Content-ID: <1>\nContent-Disposition: inline\n'), boundary='=_b2')
    made('nested', HEAD + multipart('mixed', multipart('alternative', part(prose.FLOUR), related, boundary='=_b3'), attached), prose.FLOUR)
    made('encoded-subject', HEAD.replace('Sacks of rye', '=?utf-8?B?UsO2Z2dlbiB1bmQgV2VpemVu?=') + part(prose.VISIT), prose.VISIT)
    made('folded', HEAD + 'X-Note: a header\n that goes on\n\tand on\n' + part(prose.VISIT), prose.VISIT)
    made('received', 'Return-Path: <ada@mill.example>\nReceived: from mill.example (mill.example [192.0.2.7])\n\tby post.example with ESMTP;\n\tSat, 14 Mar 2026 09:26:52 +0000\n'
         + HEAD + part(prose.VISIT), prose.VISIT)
    made('bare', HEAD + '\n' + prose.NOTE + '\n', prose.NOTE)
    message = lambda said: f'From ada@mill.example Sat Mar 14 09:26:52 2026\n{HEAD}{part(said)}\n'
    document('mail/letters.mbox', (message(prose.MILL) + message(prose.FLOUR) + message('>From the mill.')).encode(), 'application/mbox',
             prose.MILL, prose.FLOUR, '>From the mill.', charset='us-ascii')
    unicode = lambda said: said.encode('utf-16-le')
    properties = {'__substg1.0_001A001F': unicode('IPM.Note'), '__substg1.0_0037001F': unicode('Sacks of rye'), '__substg1.0_0C1A001F': unicode('Ada Miller'),
                  '__substg1.0_1000001F': unicode(f'{prose.MILL}\r\n\r\n{prose.FLOUR}\r\n'), '__properties_version1.0': bytes(32)}
    document('mail/outlook.msg', cfb.made({**properties, '__nameid_version1.0': {'__substg1.0_00020102': b'', '__substg1.0_00030102': b'', '__substg1.0_00040102': b''}}),
             'application/vnd.ms-outlook', prose.MILL, prose.FLOUR)
    narrow = {'__substg1.0_001A001E': b'IPM.Note', '__substg1.0_0037001E': b'Sacks', '__substg1.0_1000001E': prose.WATER.encode(), '__properties_version1.0': bytes(32)}
    document('mail/outlook-8bit.msg', cfb.made({**narrow, '__nameid_version1.0': {'__substg1.0_00020102': b''}}), 'application/vnd.ms-outlook', prose.WATER)
