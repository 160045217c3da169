"""An assistant's endpoint: answers the handshake, keeps what arrives, serves files by link."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import files

WAIT_SECONDS = 5


class Sink:
    """Started by `with`. What arrived is kept per number."""

    def __init__(self) -> None:
        self.arrived: list[dict] = []
        self._news = threading.Condition()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.path == "/nothing.jpg":
                    return self.answer(404, b"", "text/plain")
                if url.path.startswith("/files/"):
                    kind = url.path.removeprefix("/files/").split(".")[0]
                    return self.answer(200, files.BYTES[kind], files.TYPES[kind])
                challenge = parse_qs(url.query).get("hub.challenge", [""])[0]
                return self.answer(200, challenge.encode(), "text/plain")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                sink.take(json.loads(body))
                self.answer(200, b"", "text/plain")

            def answer(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "Sink":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def take(self, body: dict) -> None:
        with self._news:
            self.arrived.append(body)
            self._news.notify_all()

    def wait(self, number: str, fits) -> dict | None:
        """The `value` of the first change for this number that fits, or nothing within the deadline."""
        deadline = time.monotonic() + WAIT_SECONDS
        with self._news:
            while True:
                for body in self.arrived:
                    value = body["entry"][0]["changes"][0]["value"]
                    if value.get("metadata", {}).get("phone_number_id") == number and fits(value):
                        return body
                left = deadline - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    return None
