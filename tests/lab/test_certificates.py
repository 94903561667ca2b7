"""Every party of a lab has a certificate that the others verify, and nobody else's key."""

from __future__ import annotations

import importlib
import socket
import ssl
import stat
import sys
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from seatrial.lab import certificates, components
from seatrial.lab.certificates import Authority
from seatrial.model.errors import ToolError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lab")
    components.prepare(made, components.Ports(1, 2, 3))
    return made


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def handshake(folder: Path, client: str, *, host: str = "127.0.0.1", trusted: str = "ca.crt") -> bool:
    """Whether a server with the lab's certificate and a client with *client*'s come to an agreement."""
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.crt"))
    serving.load_cert_chain(folder / "server.crt", folder / "server.key")
    serving.verify_mode = ssl.CERT_REQUIRED
    asking = ssl.create_default_context(cafile=str(folder / trusted))
    asking.load_cert_chain(folder / f"{client}.crt", folder / f"{client}.key")
    ours, theirs = socket.socketpair()
    answers: list[bytes] = []

    def serve() -> None:
        try:
            with serving.wrap_socket(theirs, server_side=True) as wrapped:
                answers.append(wrapped.recv(5))
                wrapped.sendall(b"heard")
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with asking.wrap_socket(ours, server_hostname=host) as wrapped:
            wrapped.sendall(b"hello")
            return wrapped.recv(5) == b"heard" and answers == [b"hello"]
    except OSError:
        return False
    finally:
        ours.close()
        thread.join(10)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "kubernetes.default.svc", "10.96.0.1"])
def test_the_server_and_the_administrator_verify_each_other(host: str, folder: Path) -> None:
    assert handshake(folder, "admin", host=host)


def test_the_server_is_nobody_elses(folder: Path) -> None:
    assert not handshake(folder, "admin", host="example.com")


def test_the_front_proxy_has_another_authority(folder: Path) -> None:
    assert not handshake(folder, "front-proxy-client")
    assert not handshake(folder, "admin", trusted="front-proxy-ca.crt")

    certificate(folder / "front-proxy-client.crt").verify_directly_issued_by(certificate(folder / "front-proxy-ca.crt"))


def test_nobody_can_sign_for_the_front_proxy(folder: Path) -> None:
    assert not (folder / "front-proxy-ca.key").exists()


def test_keys_are_the_owners_alone(folder: Path) -> None:
    private = [*folder.glob("*.key"), *folder.glob("*.kubeconfig")]

    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in private} == {
        path.name: "0o600" for path in private
    }
    assert len(private) == 9


def test_keys_lie_on_p_256(folder: Path) -> None:
    keys = [serialization.load_pem_private_key(path.read_bytes(), None) for path in folder.glob("*.key")]

    assert {key.curve.name for key in keys if isinstance(key, ec.EllipticCurvePrivateKey)} == {"secp256r1"}
    assert len({key.private_bytes_raw() if hasattr(key, "private_bytes_raw") else repr(key) for key in keys}) == len(
        keys
    )


def test_only_the_administrator_is_above_the_rules() -> None:
    masters = [name for name, (_, group) in components.USERS.items() if group == "system:masters"]

    assert masters == ["admin"]


def test_a_user_is_the_subject_of_its_certificate() -> None:
    pair = Authority("test").client("someone", "a-group")
    subject = x509.load_pem_x509_certificate(pair.certificate).subject

    assert [name.value for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["someone"]
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["a-group"]


def test_no_key_shows_in_a_repr() -> None:
    assert b"PRIVATE" not in repr(Authority("test").pair).encode()


def test_an_existing_file_is_never_a_key(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("readable by all", encoding="utf-8")

    with pytest.raises(FileExistsError):
        certificates.write_private(tmp_path / "k", b"secret")


def test_a_missing_library_is_told_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)

    with pytest.raises(ToolError, match=r'library cryptography .*\n.*extra "lab"'):
        importlib.import_module("seatrial.lab.certificates").Authority("test")
