"""Both clients against a running system: `npm run test:clients` starts it, and says by variables where."""

import asyncio
import hashlib
import inspect
import io
import os
import tempfile
import unittest
import uuid
from pathlib import Path

from filemill import AsyncFilemill, Filemill, FilemillError

CUTTING_URL = os.environ["FILEMILL_TEST_CUTTING_URL"]
TLS_URL = os.environ["FILEMILL_TEST_TLS_URL"]
CA_FILE = os.environ["FILEMILL_TEST_CA"]
BIG = os.urandom(5 * 2**20 + 1)
IN_PIECES = {"piece_bytes": 2**20}
TEXT = b"three small words"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def in_chunks(content, size):
    for offset in range(0, len(content), size):
        yield content[offset : offset + size]


async def in_async_chunks(content, size):
    for chunk in in_chunks(content, size):
        yield chunk


class Blocking:
    """The asyncio client, waited for: whatever holds for one client must hold for the other."""

    def __init__(self, *arguments, **options):
        self._runner = asyncio.Runner()
        self._client = AsyncFilemill(*arguments, **options)

    def __getattr__(self, name):
        def call(*arguments, **options):
            outcome = getattr(self._client, name)(*arguments, **options)
            return self._collect(outcome) if inspect.isasyncgen(outcome) else self._runner.run(outcome)

        return call

    def _collect(self, items):
        async def gather():
            return [item async for item in items]

        return self._runner.run(gather())

    def close(self):
        self._runner.run(self._client.close())
        self._runner.close()


class Suite:
    """Run for each client below."""

    def setUp(self):
        self.filemill = self.client()

    def client(self, *arguments, **options):
        client = self.kind(*arguments, **options)
        self.addCleanup(client.close)
        return client

    def assert_fails(self, code, call):
        with self.assertRaises(FilemillError) as caught:
            call()
        self.assertEqual(caught.exception.code, code)
        self.assertTrue(caught.exception.message and caught.exception.advice)

    def contents(self, content, folder):
        path = Path(folder) / "content.bin"
        path.write_bytes(content)
        return {
            "a path": str(path),
            "a Path": path,
            "bytes": content,
            "a file": io.BytesIO(content),
            "a generator": in_chunks(content, 100_000),
            **self.more_contents(content),
        }

    def more_contents(self, content):
        return {}

    def test_upload_of_every_kind(self):
        for expected in (TEXT, b""):
            with tempfile.TemporaryDirectory() as folder:
                for kind, content in self.contents(expected, folder).items():
                    with self.subTest(kind, size=len(expected)):
                        uploaded = self.filemill.upload(content, name="a.txt", path="notes/a.txt")
                        file = self.filemill.wait(uploaded.id)
                        self.assertEqual((file.status, file.filename, file.path), ("COMPLETED", "a.txt", "notes/a.txt"))
                        self.assertEqual((file.size, file.sha256), (uploaded.size, sha256(expected)))

    def test_name_of_the_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "שלום & 100 %.txt"
            path.write_bytes(TEXT)
            uploaded = self.filemill.upload(path)
        self.assertEqual(self.filemill.get(uploaded.id).filename, "שלום & 100 %.txt")

    def test_upload_goes_on_after_the_connection_broke(self):
        cut = self.client(CUTTING_URL)
        with tempfile.TemporaryDirectory() as folder:
            contents = self.contents(BIG, folder)
            for kind in ("a path", "a generator"):
                with self.subTest(kind):
                    name, told = f"{uuid.uuid4()}.bin", []
                    uploaded = cut.upload(contents[kind], name=name, on_progress=told.append, **IN_PIECES)
                    self.assertEqual(uploaded.size, len(BIG))
                    self.assertEqual(told, sorted(told))
                    self.assertEqual(self.filemill.wait(uploaded.id).sha256, sha256(BIG))
                    self.assertEqual(len(list(self.filemill.files(name=name))), 1)

    def test_same_key_is_the_same_file(self):
        for content in (TEXT, BIG):
            with self.subTest(size=len(content)):
                key = str(uuid.uuid4())
                options = {"name": "once.bin", "idempotency_key": key, **IN_PIECES}
                first = self.filemill.upload(content, **options)
                self.assertEqual(self.filemill.upload(content, **options), first)
                options["name"] = "other.bin"
                self.assert_fails("IDEMPOTENCY_KEY_REUSED", lambda: self.filemill.upload(content, **options))  # noqa: B023
        self.assertNotEqual(self.filemill.upload(TEXT).id, self.filemill.upload(TEXT).id)

    def test_refuses_what_it_cannot_read_or_name(self):
        self.assert_fails("CONTENT_UNREADABLE", lambda: self.filemill.upload("/nonexistent/file"))
        for name in ("..", "a\nb", "x" * 256):
            self.assert_fails("NAME_INVALID", lambda: self.filemill.upload(TEXT, name=name))  # noqa: B023

    def test_result(self):
        uploaded = self.filemill.upload(b"one two three\n", name="words.txt")
        self.filemill.wait(uploaded.id)
        output = self.filemill.result(uploaded.id).output
        self.assertEqual((output.mime_type, output.word_count), ("text/plain", 3))

    def test_download(self):
        for content in (BIG * 2, b""):
            uploaded = self.filemill.upload(content, name="down.bin")
            for url in (None, CUTTING_URL):
                self.assertEqual(b"".join(self.client(url).download(uploaded.id)), content)

    def test_delete(self):
        uploaded = self.filemill.upload(b"x")
        self.filemill.delete(uploaded.id)
        self.assert_fails("FILE_NOT_FOUND", lambda: self.filemill.get(uploaded.id))
        self.assert_fails("FILE_NOT_FOUND", lambda: self.filemill.delete(uploaded.id))
        self.assertEqual([item.outcome for item in self.filemill.delete_all([uploaded.id])], ["NOT_FOUND"])

    def test_retry(self):
        uploaded = self.filemill.upload(b"x")
        self.filemill.wait(uploaded.id)
        self.assert_fails("NOT_FAILED", lambda: self.filemill.retry(uploaded.id))
        self.assertEqual([item.outcome for item in self.filemill.retry_all([uploaded.id])], ["NOT_FAILED"])

    def test_wait_is_bounded(self):
        def wait_for_some():
            # A worker may end one before it is asked about, but not each of them.
            for _ in range(20):
                self.filemill.wait(self.filemill.upload(BIG).id, timeout=0)

        self.assert_fails("TIMED_OUT", wait_for_some)

    def test_listings_go_over_pages(self):
        name = f"page-{uuid.uuid4()}"
        ids = {self.filemill.upload(b"%d" % n, name=f"{name}-{n}.txt").id for n in range(5)}
        self.assertEqual({file.id for file in self.filemill.files(name=name, page_size=2)}, ids)
        for id in ids:
            self.filemill.wait(id)
        found = {result.file_id for result in self.filemill.results(mime_type="text/plain", page_size=2)}
        self.assertLessEqual(ids, found)
        self.assert_fails("REQUEST_INVALID", lambda: list(self.filemill.files(status=["SLEEPING"])))

    def test_token(self):
        self.assert_fails("UNAUTHENTICATED", lambda: self.client(token="wrong").get(str(uuid.uuid4())))
        fetched = self.client(token=self.fetch_token)
        self.assertTrue(fetched.upload(b"x").id)

    def test_trust(self):
        uploaded = self.client(TLS_URL, ca_file=CA_FILE).upload(BIG, name="by-tls.bin", **IN_PIECES)
        self.assertEqual(self.filemill.wait(uploaded.id).sha256, sha256(BIG))
        self.assert_fails("UNREACHABLE", lambda: self.client(TLS_URL, retries=0).get(uploaded.id))

    def fetch_token(self):
        return os.environ["FILEMILL_TOKEN"]


class SyncTest(Suite, unittest.TestCase):
    kind = Filemill


class AsyncTest(Suite, unittest.TestCase):
    kind = Blocking

    def more_contents(self, content):
        return {"an async generator": in_async_chunks(content, 100_000)}

    async def fetch_token(self):
        return os.environ["FILEMILL_TOKEN"]


if __name__ == "__main__":
    unittest.main()
