"""What is sent again and what is not, by a server that gives one answer after the other."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from filemill import Filemill, FilemillError


class Server:
    """The last answer is given again and again; None cuts the connection."""

    def __init__(self, *answers):
        self.heard = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                outer.heard.append(
                    (self.command, self.headers.get("idempotency-key"), self.headers.get("authorization"))
                )
                given = answers[min(len(outer.heard), len(answers)) - 1]
                self.close_connection = True
                if given is None:
                    return
                status, body, headers = given
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def problem(status, reason, headers=None):
    body = json.dumps({"reason": reason, "detail": "Said the server.", "action": "Do that.", "facts": {"size": "1"}})
    return status, body.encode(), {"content-type": "application/problem+json", **(headers or {})}


BUSY = {"retry-after": "0"}
FILE = {
    "id": "x", "filename": "x", "path": "", "size": 4, "mime_type": "", "status": "PENDING", "attempt": 0,
    "max_attempts": 3, "tenant": "default", "priority": "normal", "created_at": "2026-11-30T00:00:00.000Z",
}  # fmt: skip
OK = (200, json.dumps(FILE).encode(), {"content-type": "application/json"})


class RetriesTest(unittest.TestCase):
    def against(self, *answers, **options):
        server = Server(*answers)
        self.addCleanup(server.close)
        client = Filemill(server.url, **options)
        self.addCleanup(client.close)
        return server, client

    def test_sent_again_with_the_same_key(self):
        passing = {
            "a connection that breaks": None,
            "a server that is busy": problem(429, "OVERLOADED", BUSY),
            "a server that stops": problem(503, "SHUTTING_DOWN", BUSY),
            "a proxy without a server": (502, b"<h1>Bad Gateway</h1>", {}),
        }
        for what, answer in passing.items():
            with self.subTest(what):
                server, client = self.against(answer, answer, OK)
                self.assertEqual(client.upload(b"four").id, "x")
                self.assertEqual(len(server.heard), 3)
                (key,) = {key for _, key, _ in server.heard}
                self.assertRegex(key, "^[0-9a-f-]{36}$")

    def test_not_sent_again(self):
        lasting = {
            "NAME_INVALID": problem(400, "NAME_INVALID"),
            "QUOTA_EXCEEDED": problem(429, "QUOTA_EXCEEDED"),
            "UNEXPECTED_ANSWER": (404, b"nothing here", {}),
        }
        for code, answer in lasting.items():
            with self.subTest(code):
                server, client = self.against(answer)
                with self.assertRaises(FilemillError) as caught:
                    client.get("x")
                self.assertEqual((caught.exception.code, len(server.heard)), (code, 1))

    def test_given_up_after_so_many_tries(self):
        server, client = self.against(None, retries=2)
        with self.assertRaises(FilemillError) as caught:
            client.get("x")
        self.assertEqual((caught.exception.code, caught.exception.tries, len(server.heard)), ("UNREACHABLE", 3, 3))

    def test_says_what_the_server_says(self):
        _, client = self.against(problem(400, "NAME_INVALID", {"x-request-id": "r1"}))
        with self.assertRaises(FilemillError) as caught:
            client.get("x")
        error = caught.exception
        self.assertEqual((error.message, error.advice, error.status), ("Said the server.", "Do that.", 400))
        self.assertEqual((error.request_id, error.facts), ("r1", {"size": "1"}))

    def test_carries_the_token(self):
        server, client = self.against(OK, token="secret")
        client.get("x")
        self.assertEqual(server.heard[0][2], "Bearer secret")

    def test_what_was_done_although_its_answer_was_lost(self):
        _, client = self.against(None, problem(404, "FILE_NOT_FOUND"))
        client.delete("x")
        server, client = self.against(None, problem(409, "NOT_FAILED"), OK)
        self.assertEqual(client.retry("x").id, "x")
        self.assertEqual([method for method, _, _ in server.heard], ["POST", "POST", "GET"])


if __name__ == "__main__":
    unittest.main()
