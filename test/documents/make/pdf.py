"""PDF files of several writers. What is on the pages counts: a PDF does not tell headers and list numbers from text."""
import io

import prose
from corpus import FILES, WORK, add, convert, document, run, scratch
from reportlab.lib.pagesizes import A5
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

PDF = 'application/pdf'
DEJAVU = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'


def drawn(*pages, font='Helvetica', size=11, **options):
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=A5, invariant=1, **options)
    sheet.setTitle('The mill')
    sheet.setAuthor('Ada Miller')
    for lines in pages:
        sheet.setFont(font, size)
        for number, line in enumerate(lines):
            sheet.drawString(40, 540 - 16 * number, line)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def wrapped(text, width=52):
    lines = ['']
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append('')
        lines[-1] = f'{lines[-1]} {word}'.strip()
    return lines


def form():
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=A5, invariant=1)
    sheet.drawString(40, 540, 'Name of the visitor')
    sheet.acroForm.textfield(name='visitor', value='Grace Weaver', x=40, y=500, width=200, height=24)
    sheet.drawString(40, 470, 'Newsletter')
    sheet.acroForm.checkbox(name='letter', checked=True, x=40, y=440)
    sheet.save()
    return out.getvalue()


def make():
    plain = drawn(wrapped(prose.MILL), wrapped(prose.WATER))
    document('pdf/reportlab.pdf', plain, PDF, prose.MILL, prose.WATER, language='en')
    broken = ['The miller opens the flood-', 'gate in the morn-', 'ing and waits.']
    document('pdf/hyphenated.pdf', drawn(broken), PDF, 'The miller opens the floodgate in the morning and waits.')
    document('pdf/form.pdf', form(), PDF, 'Name of the visitor', 'Grace Weaver', 'Newsletter')
    pdfmetrics.registerFont(TTFont('DejaVu', DEJAVU))
    for code in ['el', 'ru', 'vi']:
        document(f'pdf/truetype-{code}.pdf', drawn(wrapped(prose.LANGUAGES[code], 40), font='DejaVu'), PDF, prose.LANGUAGES[code], language=code)
    pages = [[f'Page {n} of sixty tells of sack {n * 7}.'] for n in range(1, 61)]
    document('pdf/sixty-pages.pdf', drawn(*pages, pageCompression=1), PDF, *[line for page in pages for line in page])
    document('pdf/empty-page.pdf', drawn([]), PDF)
    source = scratch('plain.pdf', plain)
    def qpdf(name, *options, **facts):
        run('qpdf', *options, source, WORK / name)
        document(f'pdf/{name}', WORK / name, PDF, prose.MILL, prose.WATER, **facts)
    qpdf('linearized.pdf', '--linearize')
    qpdf('object-streams.pdf', '--object-streams=generate')
    qpdf('owner-password.pdf', '--encrypt', '', 'owner', '256', '--')
    qpdf('owner-password-rc4.pdf', '--allow-weak-crypto', '--encrypt', '', 'owner', '128', '--')
    run('qpdf', '--encrypt', 'user', 'owner', '256', '--', source, WORK / 'user.pdf')
    add('pdf/user-password.pdf', (WORK / 'user.pdf').read_bytes(), PDF, encrypted=True)
    run('qpdf', '--allow-weak-crypto', '--encrypt', 'user', 'owner', '40', '--', source, WORK / 'user40.pdf')
    add('pdf/user-password-40.pdf', (WORK / 'user40.pdf').read_bytes(), PDF, encrypted=True)
    add('pdf/cut-early.pdf', plain[:60], PDF, error='damaged', nameless=False)
    start = plain.rindex(b'startxref')
    document('pdf/no-xref.pdf', plain[:start] + b'startxref\n9999999\n%%EOF\n', PDF, prose.MILL, prose.WATER)
    document('pdf/leading-junk.pdf', b'\r\n\r\n' + plain, PDF, prose.MILL, prose.WATER, nameless=False)
    groff = '.TL\nThe mill\n.AU\nAda Miller\n.PP\n' + prose.MILL + '\n.PP\n' + prose.FLOUR + '\n'
    postscript = run('groff', '-ms', '-Tps', input=groff.encode())
    scratch('groff.ps', postscript)
    run('gs', '-q', '-dNOPAUSE', '-dBATCH', '-sDEVICE=pdfwrite', f'-sOutputFile={WORK}/groff.pdf', WORK / 'groff.ps')
    document('pdf/groff-ghostscript.pdf', WORK / 'groff.pdf', PDF, 'The mill', 'Ada Miller', prose.MILL, prose.FLOUR)
    run('gs', '-q', '-dNOPAUSE', '-dBATCH', '-dPDFA', '-sDEVICE=pdfwrite', f'-sOutputFile={WORK}/pdfa.pdf', WORK / 'groff.ps')
    document('pdf/pdfa.pdf', WORK / 'pdfa.pdf', PDF, 'The mill', 'Ada Miller', prose.MILL, prose.FLOUR)
    run('convert', '-size', '400x200', 'xc:white', '-pointsize', '24', '-annotate', '+20+60', 'Only a picture', f'{WORK}/scan.png')
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=A5, invariant=1)
    sheet.drawImage(str(WORK / 'scan.png'), 40, 300)
    sheet.save()
    document('pdf/scan.pdf', out.getvalue(), PDF)
    sources = {'paragraphs': ('docx/plain.docx', prose.ENGLISH), 'table': ('docx/table.docx', [prose.MILL, *prose.TABLE_TEXT, prose.FLOUR])}
    sources |= {f'language-{code}': (f'docx/language-{code}.docx', [prose.LANGUAGES[code]] * 2) for code in ['de', 'ko', 'hi']}
    for (name, (source, pieces)), made in zip(sources.items(), convert('pdf', *[FILES / source for source, _ in sources.values()], export='writer_pdf_Export')):
        document(f'pdf/office-{name}.pdf', made, PDF, *pieces, **({'language': name[-2:]} if 'language' in name else {}))
    # One line: where a line ends, so does a run of Chinese or Japanese.
    short = {'zh': '老磨坊坐落在两条小溪汇合的地方。', 'ja': '古い水車小屋は小川の側に立っています。'}
    html = [scratch(f'pdf-{code}.html', f'<html lang="{code}"><head><meta charset="utf-8"></head><body><p>{said}</p></body></html>') for code, said in short.items()]
    for (code, said), made in zip(short.items(), convert('pdf', *html, export='writer_web_pdf_Export')):
        document(f'pdf/office-language-{code}.pdf', made, PDF, said, language=code)
