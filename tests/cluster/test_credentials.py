"""Where the cluster is and who we are there, found as kubectl finds it; and what is told when it cannot be."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from seatrial.cluster import credentials
from seatrial.cluster.certificate import ended, not_after
from seatrial.model.errors import InputError, ToolError
from tests.cluster.servers import DAY, NOW, certificate, kubeconfig

A, B = "https://a.example.com:6443", "https://b.example.com:6443"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any credentials."""
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def host(**options: Any) -> str:
    return str(credentials.load(**options).configuration.host)


class TestWhereTheyComeFrom:
    def test_the_file_that_is_named_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KUBECONFIG", kubeconfig(tmp_path / "b", B))
        assert host(kubeconfig=kubeconfig(tmp_path / "a", A)) == A

    def test_then_the_variable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "home/.kube").mkdir(parents=True)
        kubeconfig(tmp_path / "home/.kube/config", A)
        monkeypatch.setenv("KUBECONFIG", kubeconfig(tmp_path / "b", B))
        assert host() == B

    def test_then_the_home_directory(self, tmp_path: Path) -> None:
        (tmp_path / "home/.kube").mkdir(parents=True)
        kubeconfig(tmp_path / "home/.kube/config", A)
        assert host() == A

    def test_then_the_pod_s_service_account(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from kubernetes.config import incluster_config

        (tmp_path / "token").write_text("pod-token")
        (tmp_path / "ca.crt").write_bytes(certificate(end=NOW + DAY)[0])
        (tmp_path / "namespace").write_text("harbour\n")
        for module, name, file in (
            (credentials, "SERVICE_TOKEN_FILENAME", "token"),
            (incluster_config, "SERVICE_TOKEN_FILENAME", "token"),
            (incluster_config, "SERVICE_CERT_FILENAME", "ca.crt"),
        ):
            monkeypatch.setattr(module, name, str(tmp_path / file))
        monkeypatch.setattr(credentials, "_NAMESPACE_FILE", tmp_path / "namespace")
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
        found = credentials.load()
        assert (found.configuration.host, found.namespace, found.context) == ("https://10.0.0.1:443", "harbour", "")
        assert "pod-token" not in repr(found)

    def test_in_a_pod_without_a_token_there_is_no_cluster(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        monkeypatch.setattr(credentials, "SERVICE_TOKEN_FILENAME", str(tmp_path / "absent"))
        with pytest.raises(InputError, match="there is no kubeconfig"):
            credentials.load()

    def test_several_files_are_one_and_the_first_wins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = kubeconfig(tmp_path / "a", A, context="a"), kubeconfig(tmp_path / "b", B, context="b")
        again = kubeconfig(tmp_path / "again", "https://hidden.example.com", context="a")
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join([first, str(tmp_path / "absent"), second, again]))
        assert host(context="a") == A
        assert host(context="b") == B

    def test_without_any_the_ways_to_give_one_are_told(self) -> None:
        with pytest.raises(InputError, match="there is no kubeconfig") as caught:
            credentials.load()
        assert "--kubeconfig" in caught.value.remedy
        assert "KUBECONFIG" in caught.value.remedy

    def test_a_file_that_is_not_there(self) -> None:
        with pytest.raises(InputError, match="there is no kubeconfig /no/such/file"):
            credentials.load("/no/such/file")

    def test_a_variable_that_names_no_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KUBECONFIG", "/no/such/file")
        with pytest.raises(InputError, match="KUBECONFIG names no existing file: /no/such/file"):
            credentials.load()


class TestContexts:
    def test_the_namespace_is_that_of_the_context(self, tmp_path: Path) -> None:
        name = kubeconfig(tmp_path / "a", A)
        assert credentials.load(name).namespace == "default"
        content = json.loads(Path(name).read_text())
        content["contexts"][0]["context"]["namespace"] = "harbour"
        Path(name).write_text(json.dumps(content))
        assert credentials.load(name).namespace == "harbour"

    def test_an_unknown_context_is_answered_with_the_nearest(self, tmp_path: Path) -> None:
        name = kubeconfig(tmp_path / "a", A, context="production")
        with pytest.raises(InputError, match=r"no context 'prodction' \(did you mean production\?\)"):
            credentials.load(name, "prodction")

    def test_no_current_context(self, tmp_path: Path) -> None:
        name = kubeconfig(tmp_path / "a", A)
        content = json.loads(Path(name).read_text())
        del content["current-context"]
        Path(name).write_text(json.dumps(content))
        with pytest.raises(InputError, match="has no current-context") as caught:
            credentials.load(name)
        assert "harbour" in caught.value.remedy

    @pytest.mark.parametrize(
        "field,message",
        [("clusters", "needs cluster 'harbour-cluster' with a server"), ("users", "names user 'harbour-user'")],
    )
    def test_a_context_of_what_is_not_there(self, tmp_path: Path, field: str, message: str) -> None:
        name = kubeconfig(tmp_path / "a", A)
        content = json.loads(Path(name).read_text())
        content[field] = []
        Path(name).write_text(json.dumps(content))
        with pytest.raises(InputError, match=message):
            credentials.load(name)


class TestUnreadable:
    @pytest.mark.parametrize(
        "text,message",
        [
            ("", "is no mapping"),
            ("- a list", "is no mapping"),
            ("a: b: c", "is no YAML at line 1"),
            ("\x00", "is no YAML"),
            ("contexts: none", "contexts of the kubeconfig .* is no list"),
            ("users: [a]", "users of the kubeconfig .* is no list of mappings"),
        ],
    )
    def test_a_file_of_another_shape(self, tmp_path: Path, text: str, message: str) -> None:
        (tmp_path / "config").write_text(text)
        with pytest.raises(InputError, match=message):
            credentials.load(str(tmp_path / "config"))

    def test_the_message_quotes_nothing_of_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "config").write_text("users: [{user: {token: hidden-token}]")
        with pytest.raises(InputError) as caught:
            credentials.load(str(tmp_path / "config"))
        assert "hidden-token" not in str(caught.value)

    @pytest.mark.parametrize(
        "user",
        [
            {"client-certificate": "/no/such/certificate", "client-key": "/no/such/key"},
            {"client-certificate-data": "no base64!", "client-key-data": "a"},
            {"auth-provider": {"name": "oidc", "config": {}}},
            {"tokenFile": "/no/such/token"},
            {"exec": {}},
            {"token": ["a"]},
        ],
    )
    def test_credentials_that_cannot_be_read(self, tmp_path: Path, user: dict[str, Any]) -> None:
        with pytest.raises((InputError, ToolError)) as caught:
            credentials.load(kubeconfig(tmp_path / "config", A, user=user))
        assert str(tmp_path / "config") in str(caught.value)


class TestLogInPrograms:
    def user(self, script: str, folder: Path) -> dict[str, Any]:
        program = folder / "log-in"
        program.write_text(f"#!{sys.executable}\n{script}\n")
        program.chmod(0o700)
        return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program)}}

    def test_its_token_is_used(self, tmp_path: Path) -> None:
        answer = {
            "apiVersion": "client.authentication.k8s.io/v1",
            "kind": "ExecCredential",
            "status": {"token": "fresh"},
        }
        user = self.user(f"print({json.dumps(answer)!r})", tmp_path)
        found = credentials.load(kubeconfig(tmp_path / "config", A, user=user))
        assert "fresh" in found.configuration.api_key["BearerToken"]

    def test_one_that_fails_is_named(self, tmp_path: Path) -> None:
        user = self.user("import sys; sys.exit('please log in')", tmp_path)
        with pytest.raises(ToolError, match=r"the log-in program .*log-in' .* failed: .*please log in") as caught:
            credentials.load(kubeconfig(tmp_path / "config", A, user=user))
        assert "kubectl" in caught.value.remedy

    def test_one_that_never_ends_is_given_up(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(credentials, "LOG_IN_SECONDS", 0.2)
        user = self.user("import time; time.sleep(2)", tmp_path)
        with pytest.raises(ToolError, match=r"the log-in program .* did not finish within 0\.2 s"):
            credentials.load(kubeconfig(tmp_path / "config", A, user=user))

    def test_one_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/no/such/log-in"}}
        with pytest.raises(ToolError, match="the log-in program '/no/such/log-in'"):
            credentials.load(kubeconfig(tmp_path / "config", A, user=user))


class TestCertificates:
    @pytest.mark.parametrize("years", [1, 20, 40])
    def test_the_end_is_read(self, years: int) -> None:
        """From 2050 on certificates write the year with four digits (RFC 5280, 4.1.2.5)."""
        end = (NOW + 365 * years * DAY).replace(microsecond=0)
        assert not_after(certificate(end=end)[0].decode()) == end

    @pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"])
    def test_what_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="no certificate"):
            not_after(text)

    def test_only_a_past_end_counts(self, tmp_path: Path) -> None:
        for name, end in (("old", NOW - DAY), ("new", NOW + DAY)):
            (tmp_path / name).write_bytes(certificate(end=end)[0])
        assert ended(str(tmp_path / "old")) == (NOW - DAY).replace(microsecond=0)
        assert ended(str(tmp_path / "new")) is None
        assert ended(str(tmp_path / "absent")) is None
        assert ended(None) is None
