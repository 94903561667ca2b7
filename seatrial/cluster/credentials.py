"""Where the cluster is and who we are there: a kubeconfig, several of them, or the pod that we run in.

The order is that of k8s.io/client-go v0.37.2 tools/clientcmd (ClientConfigLoadingRules, DeferredLoadingClientConfig):
the file that was named, else those of KUBECONFIG, else ~/.kube/config, else the service account of the pod.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import yaml
from kubernetes import config
from kubernetes.client import Configuration
from kubernetes.config.incluster_config import SERVICE_HOST_ENV_NAME, SERVICE_TOKEN_FILENAME

from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.errors import InputError, ToolError
from seatrial.model.suggest import did_you_mean

_LIBRARY: Any = config
"""Half typed: its functions take and return what they please."""
_HOME = "~/.kube/config"
_REMEDY = "name a kubeconfig with --kubeconfig or the variable KUBECONFIG, or put one at ~/.kube/config"
LOG_IN_SECONDS = 60.0
"""For a program or an identity provider that logs the user in: time to confirm it in a browser."""
_TEXTS = ("token", "tokenFile", "username", "password", "client-certificate", "client-key")
_NAMESPACE_FILE = Path(SERVICE_TOKEN_FILENAME).with_name("namespace")
_DEFAULT_NAMESPACE = "default"


@attrs.frozen
class Credentials:
    """A cluster and an identity there."""

    configuration: Configuration
    origin: str
    """Where they come from, as shown to people."""
    context: str
    """Name of the kubeconfig's context; empty in a pod."""
    cluster: str
    """Name of the kubeconfig's cluster; empty in a pod."""
    namespace: str
    """Namespace that the context works in."""
    user: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    """How the user logs in, of any shape. Secret: never shown."""


def load(kubeconfig: str | None = None, context: str | None = None) -> Credentials:
    """Find and read the credentials.

    Raises InputError where there are none or they cannot be read, ToolError where a log-in program of theirs fails.
    """
    files = _files(kubeconfig)
    if files:
        return _of_files(files, context)
    if os.environ.get(SERVICE_HOST_ENV_NAME) and Path(SERVICE_TOKEN_FILENAME).is_file():
        return _of_pod(context)
    raise InputError("there is no kubeconfig, so there is no cluster to talk to", remedy=_REMEDY)


def _files(kubeconfig: str | None) -> list[str]:
    if kubeconfig is not None:
        if not Path(kubeconfig).is_file():
            raise InputError(f"there is no kubeconfig {kubeconfig}", remedy=_REMEDY)
        return [kubeconfig]
    named = [name for name in os.environ.get("KUBECONFIG", "").split(os.pathsep) if name]
    if named:
        # Several may be named, and those that do not exist are passed over, as kubectl does.
        found = [name for name in named if Path(name).expanduser().is_file()]
        if not found:
            raise InputError(f"KUBECONFIG names no existing file: {os.pathsep.join(named)}", remedy=_REMEDY)
        return found
    home = Path(_HOME).expanduser()
    return [str(home)] if home.is_file() else []


def _read(name: str) -> dict[str, Any]:
    try:
        document = yaml.load(Path(name).expanduser().read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise InputError(f"cannot read the kubeconfig {name}: {error.strerror}", remedy=_REMEDY) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        # The parser's own text would quote the file, and this file holds secrets.
        raise InputError(
            f"the kubeconfig {name} is no YAML{where}", remedy="repair the file, or name another"
        ) from None
    if not isinstance(document, dict):
        raise InputError(f"the kubeconfig {name} is no mapping", remedy="name a file of kind Config")
    for field in ("contexts", "clusters", "users"):
        entries = document.get(field)
        if entries is not None and not (isinstance(entries, list) and all(isinstance(item, dict) for item in entries)):
            raise InputError(f"{field} of the kubeconfig {name} is no list of mappings", remedy="repair the file")
    return document


def _named(documents: list[dict[str, Any]], field: str, name: str) -> dict[str, Any] | None:
    """The first entry of that name: where files disagree, the first wins, as for kubectl."""
    for document in documents:
        for entry in as_list(document.get(field)):
            if entry.get("name") == name:
                return as_dict(entry)
    return None


def _of_files(files: list[str], context: str | None) -> Credentials:
    documents = [_read(name) for name in files]
    origin = os.pathsep.join(files)
    names = [as_str(entry.get("name")) for document in documents for entry in as_list(document.get("contexts"))]
    current = next((found for document in documents if (found := as_str(document.get("current-context")))), "")
    chosen = context if context is not None else current
    if not chosen:
        raise InputError(
            f"the kubeconfig {origin} has no current-context",
            remedy=f"choose one with --context: {', '.join(names) or 'the file has none'}",
        )
    entry = _named(documents, "contexts", chosen)
    if entry is None:
        raise InputError(
            f"the kubeconfig {origin} has no context {chosen!r}{did_you_mean(chosen, names)}",
            remedy=f"choose among: {', '.join(names) or 'the file has none'}",
        )
    cluster, user = as_str(dig(entry, "context", "cluster")), as_str(dig(entry, "context", "user"))
    reached = _named(documents, "clusters", cluster)
    server = as_str(dig(reached, "cluster", "server"))
    if not server:
        what = f"cluster {cluster!r}" if cluster else "a cluster"
        raise InputError(
            f"context {chosen!r} of the kubeconfig {origin} needs {what} with a server, and there is none",
            remedy="add the cluster to `clusters`, or choose another context",
        )
    if not _is_url(server):
        raise InputError(f"the server {server!r} of the kubeconfig {origin} is no URL", remedy="repair the kubeconfig")
    if user and _named(documents, "users", user) is None:
        raise InputError(
            f"context {chosen!r} of the kubeconfig {origin} names user {user!r}, which is not among its users",
            remedy="add the user to `users`, or choose another context",
        )
    login = as_dict(dig(_named(documents, "users", user), "user"))
    for field in _TEXTS:
        if field in login and not isinstance(login[field], str):
            raise InputError(
                f"{field} of user {user!r} in the kubeconfig {origin} is no text", remedy="repair the file"
            )
    configuration = Configuration()
    try:
        # persist_config would write refreshed tokens into the user's file.
        load_config = functools.partial(
            _LIBRARY.load_kube_config,
            config_file=os.pathsep.join(files),
            context=chosen,
            client_configuration=configuration,
            persist_config=False,
        )
        with _complaints() as complaints:
            if not _bounded(load_config):
                raise _unusable(f"it did not finish within {LOG_IN_SECONDS:g} s", origin, login)
    except config.ConfigException as error:
        raise _unusable(str(error), origin, login) from error
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        # KeyError and the like: the library reads fields of a user without asking whether they are there.
        raise InputError(
            f"the credentials of user {user!r} in the kubeconfig {origin} cannot be read: {type(error).__name__}",
            remedy="compare the user's entry with `kubectl config view`",
        ) from error
    if complaints:
        raise _unusable(complaints[-1], origin, login)
    namespace = as_str(dig(entry, "context", "namespace")) or _DEFAULT_NAMESPACE
    return Credentials(configuration, origin, chosen, cluster, namespace, login)


def _bounded(log_in: Callable[[], None]) -> bool:
    """Whether *log_in* came to an end in time; the library waits for programs and identity providers without end.

    Raises what it raises.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            log_in()
        except BaseException as error:  # noqa: BLE001 - it is raised again below, in the thread that asked
            raised.append(error)

    # A daemon, so that one that never ends does not keep us from ending.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LOG_IN_SECONDS)
    if raised:
        raise raised[0]
    return not thread.is_alive()


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the library logs as errors: a log-in that fails is nothing else to it, and it would go on as nobody."""
    found: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.module == "kube_config":
                found.append(record.getMessage())

    handler = Handler(logging.ERROR)
    logging.getLogger().addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(handler)


def _is_url(server: str) -> bool:
    try:
        parts = urlsplit(server)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _unusable(message: str, origin: str, user: dict[str, Any]) -> InputError | ToolError:
    if "exec" in user:
        command = as_str(dig(user, "exec", "command"))
        return ToolError(
            f"the log-in program {command!r} of the kubeconfig {origin} failed: {message}",
            remedy=f"run `kubectl get --raw /version` with this kubeconfig: {command} has to work there first",
        )
    return InputError(f"the kubeconfig {origin} cannot be used: {message}", remedy="repair the file, or name another")


def _of_pod(context: str | None) -> Credentials:
    if context is not None:
        raise InputError(
            f"--context {context} was given, but in a pod without a kubeconfig there are no contexts", remedy=_REMEDY
        )
    found = Configuration()
    try:
        _LIBRARY.load_incluster_config(client_configuration=found)
    except (config.ConfigException, OSError) as error:
        raise ToolError(
            f"the service account of this pod cannot be used: {error}",
            remedy="set automountServiceAccountToken on the pod, or name a kubeconfig with --kubeconfig",
        ) from error
    namespace = _NAMESPACE_FILE.read_text(encoding="utf-8").strip() if _NAMESPACE_FILE.is_file() else _DEFAULT_NAMESPACE
    return Credentials(found, "the pod's service account", "", "", namespace)
