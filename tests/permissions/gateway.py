"""An address where every caller of an embedded AWS is a session of one role.

The generated JSON names the key `testing` of the embedded AWS's root, and AWS's SDKs in the commands do too. Here
requests signed with it are passed on with the key and the token of the session, so that unchanged commands run as a
pipeline runs them. The embedded AWS checks who a key belongs to, not the signature.
"""

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ROOT = {"AccessKeyId": "testing", "SessionToken": ""}
"""Credentials of the account's root."""
ROOT_KEY = "Credential=testing/"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "expect", "content-length", "host"}
SECURITY_TOKEN = "X-Amz-Security-Token"


@contextmanager
def acting_as(endpoint_url: str, credentials: Mapping[str, str]) -> Iterator[str]:
    """Serve the embedded AWS at another port, where root's key is the session's; the value is the URL.

    Args:
        endpoint_url: of the embedded AWS.
        credentials: as STS gives them: `AccessKeyId` and `SessionToken`. They may change while it serves.
    """
    upstream = urlsplit(endpoint_url)
    host, port = str(upstream.hostname), int(upstream.port or 0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without it a response waits for the client's acknowledgement of its header.
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.upstream = http.client.HTTPConnection(host, port, timeout=600)

        def finish(self) -> None:
            self.upstream.close()
            super().finish()

        def pass_on(self) -> None:
            body = self._body()
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            signed = headers.get("Authorization", "")
            if ROOT_KEY in signed:
                headers["Authorization"] = signed.replace(ROOT_KEY, f"Credential={credentials['AccessKeyId']}/")
                if credentials["SessionToken"]:
                    headers[SECURITY_TOKEN] = credentials["SessionToken"]
            if body or self.command in ("POST", "PUT", "PATCH"):
                headers["Content-Length"] = str(len(body))
            self.upstream.request(self.command, self.path, body=body or None, headers=headers)
            answer = self.upstream.getresponse()
            content = answer.read()
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            length = answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content))
            if answer.status != 204:
                self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(content)

        do_DELETE = do_GET = do_HEAD = do_PATCH = do_POST = do_PUT = pass_on  # noqa: N815

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = []
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                """Trailers of aws-chunked bodies, which have no header of their own here."""
            return b"".join(parts)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
