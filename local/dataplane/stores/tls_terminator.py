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
from collections.abc import Sequence

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
CHUNK_BYTES = 64 * 1024
HANDSHAKE_SECONDS = 10.0
NO_ENCRYPTION = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry, no encryption\0\0"


class TlsTerminator:
    """Forwards connections to the store.

    Args:
        host: of the store, a loopback address.
        port: of the store.
        context: for the server's side of TLS.
        is_postgres: whether PostgreSQL's negotiation comes before TLS.
    """

    def __init__(self, host: str, port: int, context: ssl.SSLContext, *, is_postgres: bool) -> None:
        self._host, self._port, self._context, self._is_postgres = host, port, context, is_postgres

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
            inner_reader, inner_writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, ssl.SSLError, EOFError, TimeoutError):
            writer.close()
            return
        inner_writer.write(first)
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
                return b""
            if code == CANCEL_REQUEST:
                return head  # older clients cancel in plain text, and a cancel request contains no secret
            if code != GSS_REQUEST:
                writer.write(b"E" + struct.pack("!I", len(NO_ENCRYPTION) + 4) + NO_ENCRYPTION)
                await writer.drain()
                raise EOFError
            writer.write(b"N")


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="tls_terminator.py", description=__doc__)
    parser.add_argument("--host", required=True, help="loopback address to listen on")
    parser.add_argument("--port", type=int, action="append", required=True, help="port to listen on; may be repeated")
    parser.add_argument("--to-host", required=True, help="loopback address of the store")
    parser.add_argument("--to", type=int, required=True, help="port of the store")
    parser.add_argument("--certificate", required=True, help="file of the certificate chain")
    parser.add_argument("--key", required=True, help="file of its key")
    parser.add_argument("--protocol", choices=("postgres", "tls"), required=True)
    options = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    terminator = TlsTerminator(options.to_host, options.to, context, is_postgres=options.protocol == "postgres")
    try:
        asyncio.run(terminator.serve(options.host, options.port))
    except OSError as error:
        sys.exit(f"cannot listen on {options.host}: {error}")


if __name__ == "__main__":
    main()
