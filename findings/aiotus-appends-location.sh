#!/bin/sh
# aiotus 1.1.0, a tus client for Python.
#
# One would guess that it resolves a relative Location against the address that it asked, as RFC 9110 (section 10.2.2) has it and as
# tuspy and tus-java-client do. It appends the path to that address instead: with the endpoint http://HOST/files, "files/1" leads
# to /files/files/1, and "/files/1", the usual form of a server that does not know its own name, leads nowhere: upload()
# logs what yarl says of it ("Appending path '/files/1' starting from slash is forbidden") and answers None, without an exception.
# With a slash at the end of the endpoint, "1" happens to be the same either way.
#
# A user meets it with a server whose Location has no host, as tus 1.0 allows.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aiotus==1.1.0 aiohttp==3.14.5 yarl==1.25.1 tenacity==9.2.1

cat >upload.py <<'END'
import asyncio
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import aiotus


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        self.answer(201, {"Location": self.server.location})

    def do_HEAD(self):
        self.server.asked.append(self.path)
        self.answer(200, {"Upload-Offset": "0", "Upload-Length": "4"})

    def do_PATCH(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(204, {"Upload-Offset": "4"})

    def answer(self, status, headers):
        self.send_response(status)
        for name, value in {"Tus-Resumable": "1.0.0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


def asked(endpoint, location):
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        server.location, server.asked = location, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}{endpoint}"
            answer = asyncio.run(aiotus.upload(url, io.BytesIO(b"1234"), {"filename": b"a"}))
            return server.asked[0] if server.asked else f"nothing is asked for, upload() answers {answer}"
        finally:
            server.shutdown()


for endpoint, location in (("/files", "files/1"), ("/files", "/files/1"), ("/files/", "/files/1"), ("/files/", "1")):
    print(f"{endpoint} with Location {location}: {asked(endpoint, location)}")
END

cat >expected <<'END'
/files with Location files/1: /files/files/1
/files with Location /files/1: nothing is asked for, upload() answers None
/files/ with Location /files/1: nothing is asked for, upload() answers None
/files/ with Location 1: /files/1
END

venv/bin/python upload.py | tee seen
diff expected seen
echo "As it was seen with aiotus 1.1.0: a relative Location is appended to the endpoint."
