"""Every request ends: with an answer, after a few tries, or with one clear message."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from seatrial.cluster.connection import Connection, connect
from seatrial.cluster.transport import Retries, Timeouts
from seatrial.model.errors import InputError, ToolError
from tests.cluster.servers import DAY, NOW, FakeServer, Request, Response, certificate, kubeconfig, serving, tls_context

PATH = "/api/v1/namespaces"


@attrs.define
class Clock:
    """Time that passes only by sleeping."""

    now: float = 0.0
    slept: list[float] = attrs.field(factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def time(self) -> float:
        return self.now

    def retries(self, attempts: int = 5) -> Retries:
        return Retries(attempts=attempts, first=1.0, sleep=self.sleep, clock=self.time)


def one_by_one(*responses: Response) -> Any:
    rest = iter(responses)
    return lambda _request: next(rest)


def opened(server: FakeServer, folder: Path, clock: Clock | None = None, **options: Any) -> Connection:
    retries = (clock or Clock()).retries()
    return connect(server.kubeconfig(folder), retries=retries, **options)


class TestRetries:
    def test_an_overloaded_server_is_asked_again_when_it_says(self, tmp_path: Path) -> None:
        clock = Clock()
        busy = Response(status=429, headers=(("Retry-After", "7"),))
        with (
            serving(one_by_one(busy, busy, Response({"items": []}))) as server,
            opened(server, tmp_path, clock) as found,
        ):
            assert found.get(PATH).body == {"items": []}
        assert clock.slept == [7.0, 7.0]

    def test_without_a_hint_the_waits_double(self, tmp_path: Path) -> None:
        clock = Clock()
        down = Response(status=503)
        with serving(one_by_one(down, down, down, Response({"kind": "x"}))) as server:
            assert opened(server, tmp_path, clock).get(PATH).ok
        assert clock.slept == [1.0, 2.0, 4.0]

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_tries_end_and_the_last_answer_is_given(self, tmp_path: Path, status: int) -> None:
        with serving(lambda _: Response({"message": "later"}, status=status)) as server:
            reply = opened(server, tmp_path).get(PATH)
            assert (reply.status, reply.message) == (status, "later")
            assert len(server.requests) == 5

    def test_a_wait_beyond_the_time_of_a_call_is_not_begun(self, tmp_path: Path) -> None:
        clock = Clock()
        with serving(lambda _: Response(status=429, headers=(("Retry-After", "3600"),))) as server:
            assert opened(server, tmp_path, clock).get(PATH).status == 429
        assert clock.slept == []

    @pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422])
    def test_what_the_server_has_decided_is_not_asked_again(self, tmp_path: Path, status: int) -> None:
        with serving(lambda _: Response(status=status)) as server:
            assert opened(server, tmp_path).get(PATH).status == status
            assert len(server.requests) == 1

    def test_a_write_is_not_sent_twice_unless_it_is_safe(self, tmp_path: Path) -> None:
        with serving(lambda _: Response(status=503)) as server, opened(server, tmp_path, writable=True) as found:
            assert found.request("POST", PATH, body={}).status == 503
            assert len(server.requests) == 1
            found.request("POST", PATH, body={}, idempotent=True)
            assert len(server.requests) == 6

    def test_an_internal_error_of_a_write_is_an_answer(self, tmp_path: Path) -> None:
        with serving(lambda _: Response(status=500)) as server, opened(server, tmp_path, writable=True) as found:
            assert found.request("PATCH", PATH, body={}, idempotent=True).status == 500
            assert len(server.requests) == 1

    @pytest.mark.parametrize(
        "rest",
        [
            b"Content-Length: 100\r\n\r\n{",
            b"Transfer-Encoding: chunked\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n10\r\n{",
            # Between two chunks, as servers send long lists: what came so far would even be valid JSON.
            b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        ],
    )
    def test_an_answer_that_breaks_off_is_asked_for_again(self, tmp_path: Path, rest: bytes) -> None:
        half = Response(raw=b"HTTP/1.1 200 OK\r\n" + rest)
        with serving(one_by_one(half, Response({"whole": True}))) as server:
            assert opened(server, tmp_path).get(PATH).body == {"whole": True}

    def test_a_server_that_always_breaks_off_is_told(self, tmp_path: Path) -> None:
        half = Response(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        with serving(lambda _: half) as server, pytest.raises(ToolError, match="broke off its answer"):
            opened(server, tmp_path).get(PATH)

    def test_the_library_s_own_api_classes_are_retried_too(self, tmp_path: Path) -> None:
        from kubernetes import client

        clock = Clock()
        listed = Response({"kind": "NamespaceList", "apiVersion": "v1", "metadata": {}, "items": []})
        with serving(one_by_one(Response(status=503), listed)) as server:
            assert client.CoreV1Api(opened(server, tmp_path, clock).api).list_namespace().items == []
        assert clock.slept == [1.0]


class TestTime:
    def test_a_server_that_never_answers(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            config = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{silent.getsockname()[1]}")
            timeout = Timeouts(connect=0.2, read=0.2, total=1.0)
            found = connect(config, timeout=timeout, retries=Clock().retries(attempts=2))
            with pytest.raises(ToolError, match=r"did not answer GET within 0\.2 s"):
                found.get(PATH)

    def test_a_server_that_answers_a_byte_at_a_time(self, tmp_path: Path) -> None:
        """Each byte is in time, so only the time of the whole call can end it."""
        listening = socket.create_server(("127.0.0.1", 0))
        import threading

        def drip() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while True:
                    try:
                        client.sendall(b" ")
                    except OSError:
                        return
                    time.sleep(0.02)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        config = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(ToolError, match=r"did not finish an answer within 0\.3 s"):
            connect(config, timeout=Timeouts(connect=1.0, read=1.0, total=0.3)).get(PATH)
        thread.join(10)
        listening.close()
        assert not thread.is_alive()


class TestUnreachable:
    def test_nobody_listens(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        clock = Clock()
        with pytest.raises(ToolError) as caught:
            connect(kubeconfig(tmp_path / "config", f"https://127.0.0.1:{port}"), retries=clock.retries()).get(PATH)
        assert f"https://127.0.0.1:{port} cannot be reached" in str(caught.value)
        assert "Connection refused" in str(caught.value)
        assert clock.slept == []

    def test_a_name_that_nobody_knows(self, tmp_path: Path) -> None:
        config = kubeconfig(tmp_path / "config", "https://no-such-host.invalid")
        with pytest.raises(ToolError, match=r"no-such-host\.invalid cannot be reached"):
            connect(config, retries=Clock().retries()).get(PATH)

    @pytest.mark.parametrize("server", ["not a url", "ftp://example.com", "https://", "https://[::1"])
    def test_a_server_that_is_no_url(self, tmp_path: Path, server: str) -> None:
        with pytest.raises(InputError, match="is no URL"):
            connect(kubeconfig(tmp_path / "config", server))

    def test_a_web_server_is_no_api_server(self, tmp_path: Path) -> None:
        page = Response(b"<html>hello</html>", headers=(("Content-Type", "text/html"),))
        with serving(lambda _: page) as server, pytest.raises(ToolError, match="text/html, not JSON"):
            opened(server, tmp_path).get(PATH)

    def test_a_server_without_a_version_is_no_api_server(self, tmp_path: Path) -> None:
        with serving(lambda _: Response({"a": 1})) as server, pytest.raises(ToolError, match="is it a Kubernetes API"):
            _ = opened(server, tmp_path).version


class TestTls:
    @pytest.fixture
    def trusted(self, tmp_path: Path) -> Iterator[tuple[FakeServer, Path]]:
        context = tls_context(tmp_path, certificate(end=NOW + DAY))
        with serving(lambda _: Response({"gitVersion": "v1.37.2"}), context) as server:
            yield server, tmp_path

    def test_a_trusted_server_is_spoken_to(self, trusted: tuple[FakeServer, Path]) -> None:
        server, folder = trusted
        config = server.kubeconfig(folder, cluster={"certificate-authority": str(folder / "server.crt")})
        assert connect(config).version == "v1.37.2"

    def test_a_server_of_another_authority_is_not(self, trusted: tuple[FakeServer, Path]) -> None:
        server, folder = trusted
        (folder / "other.crt").write_bytes(certificate(end=NOW + DAY)[0])
        config = server.kubeconfig(folder, cluster={"certificate-authority": str(folder / "other.crt")})
        with pytest.raises(ToolError, match="no trusted TLS connection") as caught:
            _ = connect(config).version
        assert "certificate-authority" in caught.value.remedy

    def test_a_certificate_that_has_expired(self, tmp_path: Path) -> None:
        context = tls_context(tmp_path, certificate(end=NOW - DAY))
        with serving(lambda _: Response(), context) as server:
            config = server.kubeconfig(tmp_path, cluster={"certificate-authority": str(tmp_path / "server.crt")})
            with pytest.raises(ToolError, match=r"the certificate of .* has expired"):
                connect(config).get(PATH)

    def test_a_certificate_of_another_name(self, tmp_path: Path) -> None:
        context = tls_context(tmp_path, certificate(end=NOW + DAY, address="192.0.2.1"))
        with serving(lambda _: Response(), context) as server:
            config = server.kubeconfig(tmp_path, cluster={"certificate-authority": str(tmp_path / "server.crt")})
            with pytest.raises(ToolError, match=r"certificate is not valid for '127\.0\.0\.1'"):
                connect(config).get(PATH)

    def test_a_server_without_tls(self, tmp_path: Path) -> None:
        with serving(lambda _: Response()) as server:
            config = kubeconfig(tmp_path / "config", server.url.replace("http:", "https:"))
            with pytest.raises(ToolError, match="no trusted TLS connection"):
                connect(config).get(PATH)

    def test_who_skips_verification_is_not_nagged(self, trusted: tuple[FakeServer, Path]) -> None:
        server, folder = trusted
        config = server.kubeconfig(folder, cluster={"insecure-skip-tls-verify": True})
        assert connect(config).version == "v1.37.2"


class TestIdentity:
    def test_a_token_that_is_not_accepted(self, tmp_path: Path) -> None:
        with serving(lambda _: Response(status=401)) as server, pytest.raises(ToolError) as caught:
            opened(server, tmp_path).get(PATH)
        assert "does not accept the credentials" in str(caught.value)
        assert "log in again" in caught.value.remedy
        assert "secret-token" not in str(caught.value)

    def test_a_client_certificate_that_has_expired_is_named_as_the_reason(self, tmp_path: Path) -> None:
        end = (NOW - DAY).replace(microsecond=0)
        public, private = certificate(end=end)
        (tmp_path / "me.crt").write_bytes(public)
        (tmp_path / "me.key").write_bytes(private)
        context = tls_context(tmp_path, certificate(end=NOW + DAY))
        with serving(lambda _: Response(status=401), context) as server:
            config = server.kubeconfig(
                tmp_path,
                cluster={"certificate-authority": str(tmp_path / "server.crt")},
                user={"client-certificate": str(tmp_path / "me.crt"), "client-key": str(tmp_path / "me.key")},
            )
            with pytest.raises(ToolError, match=f"client certificate of .* expired on {end:%Y-%m-%d %H:%M} UTC"):
                connect(config).get(PATH)

    def test_the_token_is_sent_and_never_shown(self, tmp_path: Path) -> None:
        with serving(lambda _: Response()) as server, opened(server, tmp_path) as found:
            found.get(PATH)
            assert server.requests[0].headers["authorization"] == "Bearer secret-token"
            assert "secret-token" not in repr(found)

    def test_forbidden_is_an_answer(self, tmp_path: Path) -> None:
        status = {"kind": "Status", "reason": "Forbidden", "message": "secrets is forbidden"}
        with serving(lambda _: Response(status, status=403)) as server:
            reply = opened(server, tmp_path).get(PATH)
        assert (reply.ok, reply.reason, reply.message) == (False, "Forbidden", "secrets is forbidden")


def test_a_query_is_escaped(tmp_path: Path) -> None:
    with serving(lambda _: Response()) as server, opened(server, tmp_path) as found:
        found.get(PATH, fieldSelector="type=Warning", limit=5, **{"continue": "a/b+c"})
        assert server.requests[0].target == f"{PATH}?fieldSelector=type%3DWarning&limit=5&continue=a%2Fb%2Bc"


def test_a_proxy_is_never_taken_to_the_loopback_interface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with Go's clients: the proxy's loopback is another machine's."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(lambda _: Response({"gitVersion": "v1"})) as server:
        assert opened(server, tmp_path).version == "v1"


def test_redirects_are_not_followed(tmp_path: Path) -> None:
    """An API server sends none, and whoever does would be handed the token."""

    def script(request: Request) -> Response:
        return Response(status=307, headers=(("Location", "/elsewhere"),)) if request.path == PATH else Response()

    with serving(script) as server:
        assert opened(server, tmp_path).get(PATH).status == 307
        assert [request.path for request in server.requests] == [PATH]
