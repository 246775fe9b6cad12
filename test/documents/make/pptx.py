"""PresentationML written by hand."""
import prose
from corpus import document
from docx import XML, t, zipped

R = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
P = 'http://schemas.openxmlformats.org/package/2006/relationships'
NS = ('xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
      f'xmlns:r="{R}"')
MAIN = 'application/vnd.openxmlformats-officedocument.presentationml.'
PPTX = MAIN + 'presentation'


def shape(*paragraphs, placeholder=''):
    lines = ''.join(f'<a:p><a:r><a:rPr lang="en-GB"/><a:t>{t(text)}</a:t></a:r></a:p>' for text in paragraphs)
    kind = f'<p:ph type="{placeholder}"/>' if placeholder else ''
    return (f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="Shape"/><p:cNvSpPr/><p:nvPr>{kind}</p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>'
            f'{lines}</p:txBody></p:sp>')


def table(rows):
    cell = lambda text: f'<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{t(text)}</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>'
    return ('<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="3" name="Table"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm>'
            '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/></p:xfrm><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table"><a:tbl>'
            '<a:tblPr/><a:tblGrid>' + '<a:gridCol w="9"/>' * len(rows[0]) + '</a:tblGrid>'
            + ''.join(f'<a:tr h="9">{"".join(map(cell, row))}</a:tr>' for row in rows) + '</a:tbl></a:graphicData></a:graphic></p:graphicFrame>')


def tree(content):
    return f'<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{content}</p:spTree></p:cSld>'


def package(slides, kind='presentation.main+xml', notes=None, main=None, hidden=(), order=None):
    """Slides are shapes; `notes` the notes of a slide, by its number. `order`: the order in which the slides are shown."""
    notes = notes or {}
    parts, overrides, relations = {}, [], []
    for number, shapes in enumerate(slides, 1):
        show = ' show="0"' if number in hidden else ''
        parts[f'ppt/slides/slide{number}.xml'] = f'{XML}<p:sld {NS}{show}>{tree(shapes)}</p:sld>'
        overrides.append(f'<Override PartName="/ppt/slides/slide{number}.xml" ContentType="{MAIN}slide+xml"/>')
        relations.append(f'<Relationship Id="rId{number}" Type="{R}/slide" Target="slides/slide{number}.xml"/>')
        own = f'<Relationship Id="rId1" Type="{R}/slideLayout" Target="../slideLayouts/slideLayout1.xml"/>'
        if number in notes:
            parts[f'ppt/notesSlides/notesSlide{number}.xml'] = (
                f'{XML}<p:notes {NS}>{tree(shape(notes[number], placeholder="body") + shape(str(number), placeholder="sldNum"))}</p:notes>')
            overrides.append(f'<Override PartName="/ppt/notesSlides/notesSlide{number}.xml" ContentType="{MAIN}notesSlide+xml"/>')
            own += f'<Relationship Id="rId2" Type="{R}/notesSlide" Target="../notesSlides/notesSlide{number}.xml"/>'
        parts[f'ppt/slides/_rels/slide{number}.xml.rels'] = f'{XML}<Relationships xmlns="{P}">{own}</Relationships>'
    prompt = shape('Click to edit the title of the master', placeholder='title')
    layout = f'{XML}<p:sldLayout {NS}>{tree(prompt)}</p:sldLayout>'
    master = (f'{XML}<p:sldMaster {NS}>{tree(prompt)}<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" '
              'accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/><p:sldLayoutIdLst>'
              '<p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>')
    overrides.append(f'<Override PartName="/ppt/slideLayouts/slideLayout1.xml" ContentType="{MAIN}slideLayout+xml"/><Override PartName="/ppt/'
                     f'slideMasters/slideMaster1.xml" ContentType="{MAIN}slideMaster+xml"/>')
    relations.append(f'<Relationship Id="rId99" Type="{R}/slideMaster" Target="slideMasters/slideMaster1.xml"/>')
    shown = ''.join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in order or range(1, len(slides) + 1))
    own_main = main or MAIN + kind
    return zipped({
        '[Content_Types].xml': f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
                               'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
                               f'"application/xml"/><Override PartName="/ppt/presentation.xml" ContentType="{own_main}"/>{"".join(overrides)}</Types>',
        '_rels/.rels': f'{XML}<Relationships xmlns="{P}"><Relationship Id="rId1" Type="{R}/officeDocument" Target="ppt/presentation.xml"/></Relationships>',
        'ppt/presentation.xml': f'{XML}<p:presentation {NS}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId99"/></p:sldMasterIdLst>'
                                f'<p:sldIdLst>{shown}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        'ppt/_rels/presentation.xml.rels': f'{XML}<Relationships xmlns="{P}">{"".join(relations)}</Relationships>',
        'ppt/slideLayouts/slideLayout1.xml': layout,
        'ppt/slideLayouts/_rels/slideLayout1.xml.rels': f'{XML}<Relationships xmlns="{P}"><Relationship Id="rId1" Type="{R}/slideMaster" Target="../slideMasters/slideMaster1.xml"/></Relationships>',
        'ppt/slideMasters/slideMaster1.xml': master,
        'ppt/slideMasters/_rels/slideMaster1.xml.rels': f'{XML}<Relationships xmlns="{P}"><Relationship Id="rId1" Type="{R}/slideLayout" Target="../slideLayouts/slideLayout1.xml"/></Relationships>',
        **parts})


def make():
    slides = [shape('The mill', placeholder='title') + shape(prose.MILL, prose.VISIT), shape('Flour', placeholder='title') + shape(prose.FLOUR)]
    said = ['The mill', prose.MILL, prose.VISIT, 'Flour', prose.FLOUR]
    document('pptx/plain.pptx', package(slides), PPTX, *said)
    document('pptx/show.ppsx', package(slides, 'slideshow.main+xml'), MAIN + 'slideshow', *said)
    document('pptx/template.potx', package(slides, 'template.main+xml'), MAIN + 'template', *said)
    document('pptx/macros.pptm', package(slides, main='application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml'),
             'application/vnd.ms-powerpoint.presentation.macroenabled.12', *said)
    document('pptx/macros.ppsm', package(slides, main='application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml'),
             'application/vnd.ms-powerpoint.slideshow.macroenabled.12', *said)
    document('pptx/macros.potm', package(slides, main='application/vnd.ms-powerpoint.template.macroEnabled.main+xml'),
             'application/vnd.ms-powerpoint.template.macroenabled.12', *said)
    document('pptx/notes.pptx', package(slides, notes={1: prose.NOTE, 2: 'Pause here.'}), PPTX, *said, prose.NOTE, 'Pause here.')
    document('pptx/table.pptx', package([table(prose.TABLE)]), PPTX, *prose.TABLE_TEXT)
    group = f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="4" name="Group"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{shape(prose.BOX)}{shape("and closed")}</p:grpSp>'
    document('pptx/group.pptx', package([group]), PPTX, prose.BOX, 'and closed')
    runs = shape('X').replace('<a:r><a:rPr lang="en-GB"/><a:t>X</a:t></a:r>', '<a:r><a:t>One w</a:t></a:r><a:r><a:t>ord</a:t></a:r><a:br/><a:r><a:t>next line</a:t></a:r>')
    document('pptx/runs.pptx', package([runs]), PPTX, 'One word', 'next line')
    document('pptx/order.pptx', package(slides, order=[2, 1]), PPTX, *said)
    for code in ['es', 'ar', 'zh']:
        document(f'pptx/language-{code}.pptx', package([shape(prose.LANGUAGES[code])]), PPTX, prose.LANGUAGES[code], language=code)
    document('pptx/empty.pptx', package([shape()]), PPTX)
