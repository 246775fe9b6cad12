"""Keeps a LibreOffice running, and converts each document whose path comes on the standard input to text."""
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

port, folder = sys.argv[1:]
accept = f'socket,host=localhost,port={port};urp;'
office = subprocess.Popen(['soffice', f'-env:UserInstallation=file://{folder}', '--headless', '--norestore', '--nologo', f'--accept={accept}'],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
context = uno.getComponentContext()
resolver = context.ServiceManager.createInstanceWithContext('com.sun.star.bridge.UnoUrlResolver', context)


def connect():
    for _ in range(240):
        try:
            return resolver.resolve(f'uno:{accept}StarOffice.ComponentContext')
        except Exception:
            time.sleep(0.25)
    raise SystemExit('LibreOffice does not start')


remote = connect()
desktop = remote.ServiceManager.createInstanceWithContext('com.sun.star.frame.Desktop', remote)
value = lambda name, content: PropertyValue(name, 0, content, 0)
print('ready', flush=True)
for line in sys.stdin:
    path = line.strip()
    export = 'Text - txt - csv (StarCalc)' if path.endswith('xlsx') else 'Text (encoded)'
    document = desktop.loadComponentFromURL(f'file://{path}', '_blank', 0, (value('Hidden', True), value('ReadOnly', True)))
    document.storeToURL(f'file://{folder}.txt', (value('FilterName', export), value('Overwrite', True)))
    document.close(True)
    print('done', flush=True)
try:
    desktop.terminate()
finally:
    office.wait(30)
