"""`python -I -S tls_terminator.py …` adds TLS to a data store whose build has none.

Clients connect to this process with TLS, and it connects to the store in plain text over loopback. It also performs
PostgreSQL's negotiation. A client without TLS is refused, as by RDS since PostgreSQL 15 (`rds.force_ssl`) and by
ElastiCache with transit encryption.
"""

import argparse
import asyncio
import contextlib
import ssl
import struct
import sys
import time
from collections.abc import Collection, Sequence

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
CHUNK_BYTES = 64 * 1024
HANDSHAKE_SECONDS = 10.0
LONGEST_STARTUP_BYTES = 10_000
"""PostgreSQL's limit for the first message."""

BORROW_SECONDS = 120.0
"""How long a client of RDS Proxy waits for a connection: the default of `ConnectionBorrowTimeout`."""
BORROW_PAUSE_SECONDS = 0.1
NOT_NOW = (b"C57P01\0", b"C57P03\0")
"""In the answer of a server that stops or starts."""

NO_ENCRYPTION = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry, no encryption\0\0"
NO_OPTIONS = (
    b"SFATAL\0VFATAL\0C0A000\0MFeature not supported: RDS Proxy currently doesn't support command-line options.\0\0"
)


class TlsTerminator:
    """Forwards connections to the store.

    Args:
        host: of the store, a loopback address.
        port: of the store.
        context: for the server's side of TLS.
        is_postgres: whether PostgreSQL's negotiation comes before TLS.
        proxy_names: names under which the store is an RDS Proxy, which refuses startup options.
        proxy_context: for these names, which have another certificate. Default: the same.
    """

    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext,
        *,
        is_postgres: bool,
        proxy_names: Collection[str] = (),
        proxy_context: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._context, self._is_postgres = host, port, context, is_postgres
        self._proxy_names, self._proxy_context = frozenset(proxy_names), proxy_context or context
        # A proxy has the address of its database here, so only the name that the client requested tells them apart.
        context.sni_callback = self._note_server_name

    async def serve(self, host: str, ports: Sequence[int]) -> None:
        """Listen on every port until the process ends."""
        context = None if self._is_postgres else self._context
        servers = [await asyncio.start_server(self._handle, host, port, ssl=context, backlog=512) for port in ports]
        await asyncio.gather(*(server.serve_forever() for server in servers))

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = b""
        try:
            if self._is_postgres:
                first = await asyncio.wait_for(self._negotiate(reader, writer), HANDSHAKE_SECONDS)
            if self._is_postgres and _is_startup(first):
                inner_reader, inner_writer, answer = await self._borrow(first)
                writer.write(answer)
            else:
                inner_reader, inner_writer = await asyncio.open_connection(self._host, self._port)
                inner_writer.write(first)
        except (OSError, ssl.SSLError, EOFError, TimeoutError):
            writer.close()
            return
        there = asyncio.create_task(_forward(reader, inner_writer))
        back = asyncio.create_task(_forward(inner_reader, writer))
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for each in (there, back):
            each.cancel()
        for each_writer in (writer, inner_writer):
            each_writer.close()

    async def _negotiate(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Perform the negotiation before the first message; returns bytes that were read and belong to the store."""
        while True:
            head = await reader.readexactly(8)
            _, code = struct.unpack("!II", head)
            if code == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self._context)
                requested_name = getattr(writer.get_extra_info("ssl_object"), "requested_name", None)
                return await self._startup_of_a_proxy(reader, writer) if requested_name in self._proxy_names else b""
            if code == CANCEL_REQUEST:
                return head  # older clients cancel in plain text, and a cancel request contains no secret
            if code != GSS_REQUEST:
                await _refuse(writer, NO_ENCRYPTION)
            writer.write(b"N")

    async def _startup_of_a_proxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Read the first message; RDS Proxy refuses one with `options`, such as `-c statement_timeout=5000`."""
        length = await reader.readexactly(4)
        size = struct.unpack("!I", length)[0] - 4
        if not 4 <= size <= LONGEST_STARTUP_BYTES:
            raise EOFError
        message = await reader.readexactly(size)
        fields = message[4:].split(b"\0")
        if struct.unpack("!I", message[:4])[0] != CANCEL_REQUEST and b"options" in fields[::2]:
            await _refuse(writer, NO_OPTIONS)
        return length + message

    async def _borrow(self, startup: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
        """Connect to the store as RDS Proxy does: while there is none, or it only starts, the client waits.

        Returns the connection with the answer to the startup message.

        Raises:
            TimeoutError: it took longer than RDS Proxy waits.
        """
        deadline = time.monotonic() + BORROW_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(self._host, self._port)
                writer.write(startup)
                answer = await reader.read(CHUNK_BYTES)
                if answer and not any(code in answer for code in NOT_NOW):
                    return reader, writer, answer
                writer.close()
            await asyncio.sleep(BORROW_PAUSE_SECONDS)
        raise TimeoutError

    def _note_server_name(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        connection.requested_name = name  # type: ignore[attr-defined]
        if name in self._proxy_names:
            connection.context = self._proxy_context


def _is_startup(message: bytes) -> bool:
    """Whether it is the first message of a client of a proxy, and not a request to cancel a query."""
    return len(message) >= 8 and struct.unpack_from("!I", message, 4)[0] != CANCEL_REQUEST


async def _refuse(writer: asyncio.StreamWriter, error: bytes) -> None:
    """Send an error of PostgreSQL's and end the connection.

    Raises:
        EOFError: always.
    """
    writer.write(b"E" + struct.pack("!I", len(error) + 4) + error)
    await writer.drain()
    raise EOFError


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()


def _server_context(chain: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="tls_terminator.py", description=__doc__)
    parser.add_argument("--host", required=True, help="loopback address to listen on")
    parser.add_argument("--port", type=int, action="append", required=True, help="port to listen on; may be repeated")
    parser.add_argument("--to-host", required=True, help="loopback address of the store")
    parser.add_argument("--to", type=int, required=True, help="port of the store")
    parser.add_argument("--certificate", required=True, help="file of the certificate chain")
    parser.add_argument("--key", required=True, help="file of its key")
    parser.add_argument("--proxy-name", action="append", default=[], help="name of an RDS Proxy; may be repeated")
    parser.add_argument("--proxy-certificate", help="file of the certificate chain for these names")
    parser.add_argument("--proxy-key", help="file of its key")
    parser.add_argument("--protocol", choices=("postgres", "tls"), required=True)
    options = parser.parse_args()
    context = _server_context(options.certificate, options.key)
    proxy = options.proxy_certificate and _server_context(options.proxy_certificate, options.proxy_key)
    terminator = TlsTerminator(
        options.to_host,
        options.to,
        context,
        is_postgres=options.protocol == "postgres",
        proxy_names=options.proxy_name,
        proxy_context=proxy,
    )
    try:
        asyncio.run(terminator.serve(options.host, options.port))
    except OSError as error:
        sys.exit(f"cannot listen on {options.host}: {error}")


if __name__ == "__main__":
    main()
