"""Servers on the loopback interface that answer as a test wants, and certificates for them."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NOW = datetime.datetime.now(tz=datetime.UTC)
DAY = datetime.timedelta(days=1)


@attrs.frozen
class Request:
    """What arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def json(self) -> Any:
        return json.loads(self.body)


@attrs.frozen
class Response:
    """What to answer with."""

    body: Any = attrs.field(factory=dict)
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    """Bytes to write instead of a whole answer."""


Script = Callable[[Request], Response]


@attrs.frozen(eq=False)
class FakeServer:
    """A running server."""

    port: int
    scheme: str
    requests: list[Request]

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def kubeconfig(
        self, folder: Path, *, cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None
    ) -> str:
        return kubeconfig(folder / "config", self.url, cluster=cluster, user=user)


def kubeconfig(
    path: Path, server: str, *, context: str = "harbour", cluster: dict[str, Any] | None = None, user: Any = None
) -> str:
    """Write a kubeconfig with one context, and answer with its name."""
    names = {"cluster": f"{context}-cluster", "user": f"{context}-user"}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [{"name": context, "context": names}],
        "clusters": [{"name": names["cluster"], "cluster": {"server": server, **(cluster or {})}}],
        "users": [{"name": names["user"], "user": user if user is not None else {"token": "secret-token"}}],
    }
    path.write_text(json.dumps(content))
    return str(path)


@contextlib.contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[FakeServer]:
    """Serve until the end of the block."""
    requests: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one segment an answer: many small ones wait for each other

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, self.path, dict(self.headers), body)
            requests.append(request)
            response = script(request)
            if response.raw is not None:
                self.wfile.write(response.raw)
                self.close_connection = True
                return
            content = response.body if isinstance(response.body, bytes) else json.dumps(response.body).encode()
            self.send_response(response.status)
            self.send_header("Content-Length", str(len(content)))
            for name, value in response.headers or (("Content-Type", "application/json"),):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: Any) -> None:
            """Clients that refuse a certificate are expected."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield FakeServer(server.server_port, "https" if tls else "http", requests)
        finally:
            server.shutdown()
            thread.join()


def certificate(*, end: datetime.datetime, address: str = "127.0.0.1") -> tuple[bytes, bytes]:
    """A self-signed certificate and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 30 * DAY)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


def tls_context(folder: Path, pair: tuple[bytes, bytes]) -> ssl.SSLContext:
    """The server's side of TLS with that certificate, which is left in the folder as `server.crt`."""
    (folder / "server.crt").write_bytes(pair[0])
    (folder / "server.key").write_bytes(pair[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    return context
