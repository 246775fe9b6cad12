"""Makes test/documents/files and expected.ndjson; make.sh installs what it needs."""
import sys

import corpus

corpus.begin()
for name in ['docx', 'xlsx', 'pptx', 'odf', 'rtf', 'markup', 'mail', 'pdf', 'legacy', 'texts', 'code', 'images', 'media', 'archives', 'keys', 'data']:
    print(name, flush=True)
    __import__(name).make()
corpus.finish()
