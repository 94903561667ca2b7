"""`seatrial audit` with a cluster that cannot be had: one message and exit 3, or a partial result that says so.

The tests of `tests/cluster` go through the faults one by one; these see what a user sees. Every call of the client ends
within five seconds here, so that none can hang.
"""

from __future__ import annotations

import datetime
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.audit import shop
from tests.audit.conftest import Outcome
from tests.cluster.fake_cluster import KINDS, FakeCluster, status
from tests.cluster.servers import DAY, NOW, Request, Response, certificate, kubeconfig, serving, tls_context

Audit = Callable[..., Outcome]


def failed(outcome: Outcome, code: int, *words: str) -> None:
    """One message that says what was found and how to go on, and no traceback."""
    assert (outcome.code, outcome.out) == (code, "")
    last = outcome.err[outcome.err.index("seatrial: ") :]
    assert "Traceback" not in outcome.err
    assert "\n  fix: " in last
    for word in words:
        assert word in last


class TestKubeconfig:
    def test_none(self, seatrial: Audit) -> None:
        failed(seatrial("audit"), 2, "there is no kubeconfig", "--kubeconfig")

    def test_one_that_is_not_there(self, seatrial: Audit) -> None:
        failed(seatrial("audit", "--kubeconfig", "nowhere"), 2, "there is no kubeconfig nowhere")

    @pytest.mark.parametrize(
        "text,told",
        [("a: [", "is no YAML"), ("5", "is no mapping"), ("{}", "has no current-context"), ("users: 1", "no list")],
    )
    def test_a_broken_one(self, seatrial: Audit, text: str, told: str) -> None:
        Path("config").write_text(text)
        failed(seatrial("audit", "--kubeconfig", "config"), 2, told)

    def test_an_unknown_context(self, seatrial: Audit, tmp_path: Path) -> None:
        name = kubeconfig(tmp_path / "config", "http://127.0.0.1:1")
        failed(seatrial("audit", "--kubeconfig", name, "--context", "harbor"), 2, "no context 'harbor'", "harbour")


def closed_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield int(listening.getsockname()[1])


class TestUnreachable:
    def test_nobody_listens(self, seatrial: Audit, tmp_path: Path) -> None:
        name = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{closed_port()}")
        failed(seatrial("audit", "--kubeconfig", name), 3, "cannot be reached", "refused")

    def test_nobody_answers(self, seatrial: Audit, tmp_path: Path) -> None:
        with black_hole() as port:
            name = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}")
            failed(seatrial("audit", "--kubeconfig", name), 3, "did not answer")


def secured(folder: Path, end: datetime.datetime) -> ssl.SSLContext:
    return tls_context(folder, certificate(end=end))


class TestCertificates:
    def test_one_that_has_expired(self, seatrial: Audit, tmp_path: Path) -> None:
        with serving(shop.cluster(), secured(tmp_path, NOW - DAY)) as server:
            trust = {"certificate-authority": str(tmp_path / "server.crt")}
            failed(seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path, cluster=trust)), 3, "has expired")

    def test_one_of_another_authority(self, seatrial: Audit, tmp_path: Path) -> None:
        with serving(shop.cluster(), secured(tmp_path, NOW + DAY)) as server:
            (tmp_path / "other.crt").write_bytes(certificate(end=NOW + DAY)[0])
            trust = {"certificate-authority": str(tmp_path / "other.crt")}
            failed(seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path, cluster=trust)), 3, "no trusted TLS")

    def test_a_good_one(self, seatrial: Audit, tmp_path: Path) -> None:
        with serving(shop.cluster(), secured(tmp_path, NOW + DAY)) as server:
            trust = {"certificate-authority": str(tmp_path / "server.crt")}
            name = server.kubeconfig(tmp_path, cluster=trust)
            outcome = seatrial("audit", "--kubeconfig", name, "--only", "schema", "--format", "concise")

        assert outcome.code == 0
        assert "no problem found (cluster harbour v1.37.2" in outcome.out


def always(response: Response, path: str = "") -> FakeCluster:
    """A cluster that answers one thing, to everything or to a path's end."""
    cluster = shop.cluster()
    cluster.faults.append(lambda request, _before: response if request.path.endswith(path) else None)
    return cluster


SERVERS = {
    "a wrong token": (status(401, "Unauthorized"), "does not accept the credentials"),
    "a web server": (Response(b"<html>", headers=(("Content-Type", "text/html"),)), "no Kubernetes API server"),
    "another API": (Response({"hello": "world"}), "no list of APIs"),
    "overloaded for ever": (status(429, "too many requests"), "too many requests"),
    "broken for ever": (status(500, "etcd is gone"), "etcd is gone"),
    "unavailable for ever": (status(503, "shutting down"), "shutting down"),
    "cut off for ever": (Response(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"), "broke off"),
}


class TestRefusals:
    @pytest.mark.parametrize("response,told", SERVERS.values(), ids=SERVERS)
    def test_a_server_that_does_not_answer_as_one(
        self, seatrial: Audit, tmp_path: Path, response: Response, told: str
    ) -> None:
        with serving(always(response)) as server:
            failed(seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path)), 3, told)

    def test_everything_forbidden(self, seatrial: Audit, tmp_path: Path) -> None:
        with serving(shop.cluster(forbidden=set(KINDS))) as server:
            failed(seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path)), 3, "nothing of", "forbidden", "view")

    def test_something_forbidden_is_a_partial_result(self, seatrial: Audit, tmp_path: Path) -> None:
        with serving(shop.cluster(forbidden={"secrets"})) as server:
            name = server.kubeconfig(tmp_path)
            outcome = seatrial("audit", "--kubeconfig", name, "--only", "references", "--format", "json")

        cluster = json.loads(outcome.out)["scope"]["cluster"]
        assert (outcome.code, cluster["partial"]) == (0, True)
        assert cluster["notSeen"] == ["forbidden: secrets"]

    def test_a_busy_server_is_waited_for(self, seatrial: Audit, tmp_path: Path) -> None:
        cluster = shop.cluster()

        def busy(_request: Request, before: int) -> Response | None:
            found = status(429, "too many requests")
            return Response(found.body, 429, (("Retry-After", "1"),)) if before == 0 else None

        cluster.faults.append(busy)
        with serving(cluster) as server:
            outcome = seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path), "--only", "schema")

        assert outcome.code == 0
        assert "seen in part" not in outcome.out

    def test_a_list_that_is_always_cut_off_is_a_partial_result(self, seatrial: Audit, tmp_path: Path) -> None:
        cut = Response(raw=b'HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{"items": [{"metadata": ')
        with serving(always(cut, "/configmaps")) as server:
            outcome = seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path), "--only", "schema")

        assert outcome.code == 0
        assert "seen in part" in outcome.out
        assert "configmaps" in outcome.out


class TestOptions:
    @pytest.mark.parametrize(
        "arguments,told",
        [
            (("--format", "jsno"), "did you mean json"),
            (("--only", "drifts"), "did you mean drift"),
            (("--fail-on", "hgih"), "did you mean high"),
            (("--namespace", "a", "--all-namespaces"), "exclude one another"),
            (("--engine", "rego"), "--engine has no value"),
            (("-o", "no/such/folder/report"), "does not exist"),
        ],
    )
    def test_mistakes_are_told_before_anything_is_sent(
        self, seatrial: Audit, tmp_path: Path, arguments: tuple[str, ...], told: str
    ) -> None:
        with serving(shop.cluster()) as server:
            outcome = seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path), *arguments)
            assert server.requests == []
        failed(outcome, 2, told)

    def test_manifests_that_are_not_there(self, seatrial: Audit, tmp_path: Path) -> None:
        with serving(shop.cluster()) as server:
            failed(seatrial("audit", "nowhere", "--kubeconfig", server.kubeconfig(tmp_path)), 2, "nowhere")

    def test_findings_are_exit_code_one(self, seatrial: Audit, tmp_path: Path) -> None:
        cluster = shop.cluster()
        cluster.objects.remove(shop.find(cluster, "Service"))
        with serving(cluster) as server:
            name = server.kubeconfig(tmp_path)
            outcome = seatrial("audit", shop.write(tmp_path), "--kubeconfig", name, "--only", "drift")

        assert outcome.code == 1
        assert "Declared object is live (drift/missing)" in outcome.out

    def test_the_manifests_of_the_working_directory_are_compared_with(self, seatrial: Audit, tmp_path: Path) -> None:
        Path("manifests").mkdir()
        shop.write(Path("manifests"))
        with serving(shop.cluster()) as server:
            outcome = seatrial("audit", "--kubeconfig", server.kubeconfig(tmp_path), "--only", "drift")

        assert outcome.code == 0
        assert "namespaces judged: shop" in outcome.out

    def test_the_credentials_of_a_pod_are_used(
        self, seatrial: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from kubernetes.config import incluster_config

        from seatrial.cluster import credentials

        with serving(shop.cluster(), secured(tmp_path, NOW + DAY)) as server:
            (tmp_path / "token").write_text("pod-token")
            (tmp_path / "namespace").write_text("shop")
            for module in (incluster_config, credentials):
                monkeypatch.setattr(module, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
            monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "server.crt"))
            monkeypatch.setattr(credentials, "_NAMESPACE_FILE", tmp_path / "namespace")
            monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
            outcome = seatrial("audit", "--only", "schema")
            sent = {
                value
                for request in server.requests
                for key, value in request.headers.items()
                if key.lower() == "authorization"
            }

        assert outcome.code == 0
        assert "cluster of this pod v1.37.2" in outcome.out
        assert {value.lower() for value in sent} == {"bearer pod-token"}
