"""A cluster is read whole, page by page; whatever cannot be read is told."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from seatrial.cluster.guard import WriteRefusedError
from seatrial.cluster.objects import client
from seatrial.cluster.reading import PAGE, Live, read
from seatrial.model.errors import ToolError
from tests.cluster.fake_cluster import REVIEW, FakeCluster, connected, status, thing
from tests.cluster.servers import FakeServer, Request, Response

SHOP = [thing("namespaces", "shop"), thing("deployments", "web"), thing("configmaps", "settings")]


def reading(cluster: FakeCluster, folder: Path, **options: Any) -> Live:
    with connected(cluster, folder) as (connection, _):
        return read(connection, **options)


def names(live: Live) -> list[str]:
    return sorted(f"{item.kind}/{item.name}" for item in live.resources)


def missed(live: Live) -> list[str]:
    return [str(found) for found in live.not_seen]


@pytest.mark.parametrize("aggregated", [True, False])
def test_everything_that_can_be_listed_is_read(tmp_path: Path, aggregated: bool) -> None:
    live = reading(FakeCluster(SHOP, aggregated=aggregated), tmp_path)

    assert names(live) == ["ConfigMap/settings", "Deployment/web", "Namespace/shop"]
    assert live.not_seen == ()
    assert live.seen["Deployment"] == 1


def test_items_of_a_list_get_their_type_and_place(tmp_path: Path) -> None:
    live = reading(FakeCluster(SHOP), tmp_path)

    (web,) = (item for item in live.resources if item.kind == "Deployment")
    assert (web.api_version, web.namespace) == ("apps/v1", "shop")
    assert str(web.position("/spec")) == "cluster:harbour/shop/Deployment/web:1:1"


def test_status_is_left_out_and_managed_fields_are_kept(tmp_path: Path) -> None:
    fields = [{"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:data": {}}}]
    item = thing("configmaps", "settings", metadata={"managedFields": fields}, status={"phase": "x"}, data={"a": "b"})
    (found,) = reading(FakeCluster([item]), tmp_path).resources

    assert "status" not in found.data
    assert found.data["metadata"]["managedFields"] == fields


def test_records_of_controllers_are_not_asked_for_unless_declared(tmp_path: Path) -> None:
    cluster = FakeCluster([*SHOP, thing("events", "e")])
    assert "Event/e" not in names(reading(cluster, tmp_path))
    assert not [target for target in cluster.asked if "/events" in target]

    assert "Event/e" in names(reading(cluster, tmp_path, wanted=frozenset({("v1", "Event")})))


def test_what_a_controller_made_is_left_out_and_bare_pods_are_kept(tmp_path: Path) -> None:
    owner = {"ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "controller": True}]}
    garbage = {"ownerReferences": [{"kind": "Deployment", "name": "web"}]}
    objects = [
        thing("pods", "web-1-a", metadata=owner),
        thing("pods", "bare"),
        thing("configmaps", "kept", metadata=garbage),
    ]
    live = reading(FakeCluster(objects), tmp_path)

    assert names(live) == ["ConfigMap/kept", "Pod/bare"]
    assert live.dropped == 1


def test_one_namespace_is_read_with_what_belongs_to_none(tmp_path: Path) -> None:
    objects = [*SHOP, thing("configmaps", "other", "elsewhere"), thing("clusterroles", "admin")]
    live = reading(FakeCluster(objects), tmp_path, namespaces=("shop",))

    assert names(live) == ["ClusterRole/admin", "ConfigMap/settings", "Deployment/web", "Namespace/shop"]


class TestSecrets:
    SECRET = thing(
        "secrets",
        "login",
        data={"password": base64.b64encode(b"hunter2").decode()},
        metadata={"annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"data": "hunter2"}', "a": "b"}},
    )

    def test_their_values_are_replaced_at_once(self, tmp_path: Path) -> None:
        (found,) = reading(FakeCluster([self.SECRET]), tmp_path).resources

        assert list(found.data["data"]) == ["password"]
        assert b"hunter2" not in base64.b64decode(found.data["data"]["password"])
        assert "hunter2" not in json.dumps(found.data)
        assert found.annotations == {"a": "b"}

    def test_equal_values_stay_equal_and_others_differ(self, tmp_path: Path) -> None:
        other = thing("secrets", "other", data={"same": self.SECRET["data"]["password"], "not": "aHVudGVyMw=="})
        login, second = reading(FakeCluster([self.SECRET, other]), tmp_path).resources

        assert login.data["data"]["password"] == second.data["data"]["same"] != second.data["data"]["not"]

    @pytest.mark.parametrize("data", ["text", ["x"], 5])
    def test_data_of_another_shape_is_not_kept_either(self, tmp_path: Path, data: object) -> None:
        (found,) = reading(FakeCluster([self.SECRET | {"data": data}]), tmp_path).resources

        assert found.data["data"] == {}


MANY = [thing("configmaps", f"c{number}") for number in range(2 * PAGE + 1)]


class TestPages:
    def test_a_long_list_is_read_in_pages(self, tmp_path: Path) -> None:
        cluster = FakeCluster(MANY)
        live = reading(cluster, tmp_path)

        assert len(live.resources) == 2 * PAGE + 1
        lists = [target for target in cluster.asked if "/configmaps" in target]
        assert len(lists) == 3
        assert all(f"limit={PAGE}" in target for target in lists)

    def test_an_expired_continuation_begins_the_list_anew(self, tmp_path: Path) -> None:
        def expire(request: Request, before: int) -> Response | None:
            return status(410, "too old", "Expired") if f"continue={PAGE}" in request.target and not before else None

        live = reading(FakeCluster(MANY, faults=[expire]), tmp_path)

        assert len(live.resources) == 2 * PAGE + 1
        assert len({item.name for item in live.resources}) == 2 * PAGE + 1
        assert live.seen["ConfigMap"] == 2 * PAGE + 1
        assert live.not_seen == ()

    def test_one_that_expires_again_is_followed_and_marked_as_partial(self, tmp_path: Path) -> None:
        def expire(request: Request, before: int) -> Response | None:
            if f"continue={PAGE}" not in request.target or before > 1:
                return None
            found = status(410, "too old", "Expired")
            return Response({**found.body, "metadata": {"continue": str(PAGE)}}, 410)

        live = reading(FakeCluster(MANY, faults=[expire]), tmp_path)

        assert len(live.resources) == 2 * PAGE + 1
        assert missed(live) == ["configmaps: read in part: the list changed faster than it could be read"]

    def test_one_that_always_expires_ends(self, tmp_path: Path) -> None:
        def expire(request: Request, _before: int) -> Response | None:
            token = {"metadata": {"continue": str(PAGE)}}
            return Response(token, 410) if "continue=" in request.target else None

        live = reading(FakeCluster([*SHOP, *MANY], faults=[expire]), tmp_path)

        assert [found.kind for found in live.not_seen] == ["ConfigMap"]
        assert "Deployment/web" in names(live)

    def test_five_thousand_objects_are_read(self, tmp_path: Path) -> None:
        objects = [thing("configmaps", f"c{number}", data={"a": "x" * 100}) for number in range(5000)]
        live = reading(FakeCluster(objects), tmp_path)

        assert live.seen["ConfigMap"] == 5000
        assert live.requests < 40


class TestForbidden:
    @pytest.mark.parametrize("reviews", [True, False])
    def test_a_forbidden_kind_is_told_with_the_rule_that_it_takes(self, tmp_path: Path, reviews: bool) -> None:
        live = reading(FakeCluster(SHOP, forbidden={"deployments"}, reviews=reviews), tmp_path)

        (found,) = live.not_seen
        assert str(found).startswith("deployments.apps: forbidden")
        assert found.remedy == 'ClusterRole: {apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"]}'
        assert names(live) == ["ConfigMap/settings", "Namespace/shop"]

    def test_in_a_namespace_a_role_is_enough(self, tmp_path: Path) -> None:
        live = reading(FakeCluster(SHOP, forbidden={"deployments"}), tmp_path, namespaces=("shop",))

        assert [found.remedy[:12] for found in live.not_seen] == ["Role in shop"]
        assert [found.namespace for found in live.not_seen] == ["shop"]

    def test_what_a_review_denies_is_not_asked_for(self, tmp_path: Path) -> None:
        cluster = FakeCluster(SHOP, forbidden={"deployments"})
        reading(cluster, tmp_path)

        assert not [target for target in cluster.asked if "/deployments" in target]

    def test_an_administrator_is_asked_once(self, tmp_path: Path) -> None:
        cluster = FakeCluster(SHOP)
        reading(cluster, tmp_path)

        assert cluster.asked[REVIEW] == 1

    def test_the_namespace_itself_is_read_where_namespaces_may_not_be_listed(self, tmp_path: Path) -> None:
        live = reading(FakeCluster(SHOP, forbidden={"namespaces"}), tmp_path, namespaces=("shop",))

        assert "Namespace/shop" in names(live)
        assert live.not_seen == ()

    def test_a_namespace_that_was_deleted_meanwhile_is_told_and_passed_over(self, tmp_path: Path) -> None:
        def gone(request: Request, _before: int) -> Response | None:
            return status(404, "not found") if request.path == "/api/v1/namespaces/shop" else None

        cluster = FakeCluster(SHOP, forbidden={"namespaces"}, faults=[gone])
        live = reading(cluster, tmp_path, namespaces=("shop",))

        assert missed(live) == ["namespaces: shop is not there, or was deleted meanwhile"]
        assert "Deployment/web" in names(live)

    @pytest.mark.parametrize("reviews", [True, False])
    def test_if_nothing_may_be_read_that_is_an_error(self, tmp_path: Path, reviews: bool) -> None:
        from tests.cluster.fake_cluster import KINDS

        with pytest.raises(ToolError, match=r"nothing of .* may be read: .*forbidden"):
            reading(FakeCluster(SHOP, forbidden=set(KINDS), reviews=reviews), tmp_path)


def lists(plural: str, response: Response, times: int = 10**6) -> FakeCluster:
    """A cluster whose list of a kind is answered otherwise, so many times."""

    def fault(request: Request, before: int) -> Response | None:
        return response if request.path.endswith(f"/{plural}") and before < times else None

    return FakeCluster(SHOP, faults=[fault])


CUT = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"items": [{"meta'
FAULTS = {
    "overloaded": status(429, "too many requests"),
    "internal error": status(500, "etcd leader changed"),
    "unavailable": status(503, "apiserver is shutting down"),
    "cut off": Response(raw=CUT),
    "no answer": Response(raw=b""),
}

ANSWERS = {
    "broken JSON": (Response(b'{"items": [', headers=(("Content-Type", "application/json"),)), "no JSON"),
    "HTML": (Response(b"<html>Sign in</html>", headers=(("Content-Type", "text/html"),)), "no JSON"),
    "no list": (Response(["a"]), "no list"),
    "items of another shape": (Response({"items": "many"}), "no list"),
    "removed meanwhile": (status(404), "has it no more"),
}


ARBITRARY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["items", "metadata", "continue", "name", "data", "versions"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=ARBITRARY, path=st.sampled_from(["/secrets", "/configmaps", "/apis", "/api", REVIEW]))
def test_answers_of_any_shape_end_in_a_result_or_a_message(tmp_path: Path, answer: Any, path: str) -> None:
    def odd(request: Request, _before: int) -> Response | None:
        # A continuation without end is another matter.
        return Response(answer) if request.path.endswith(path) and "continue=" not in request.target else None

    try:
        live = reading(FakeCluster(SHOP, faults=[odd]), tmp_path)
    except ToolError:
        return  # told in one message, as every test above expects of a kind of its own
    assert live.resources or live.not_seen


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_what_passes_is_tried_again(self, tmp_path: Path, fault: Response) -> None:
        live = reading(lists("deployments", fault, times=1), tmp_path)

        assert "Deployment/web" in names(live)
        assert live.not_seen == ()

    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_what_lasts_leaves_the_kind_unseen_and_the_rest_is_read(self, tmp_path: Path, fault: Response) -> None:
        live = reading(lists("deployments", fault), tmp_path)

        assert [found.kind for found in live.not_seen] == ["Deployment"]
        assert names(live) == ["ConfigMap/settings", "Namespace/shop"]

    @pytest.mark.parametrize("answer,told", ANSWERS.values(), ids=ANSWERS)
    def test_an_answer_that_is_no_list_is_told(self, tmp_path: Path, answer: Response, told: str) -> None:
        live = reading(lists("deployments", answer), tmp_path)

        (found,) = live.not_seen
        assert told in found.reason

    @pytest.mark.parametrize("items", [None, [None, 5, "x"], []])
    def test_items_that_are_none_are_passed_over(self, tmp_path: Path, items: object) -> None:
        live = reading(lists("deployments", Response({"items": items, "metadata": None})), tmp_path)

        assert live.not_seen == ()

    def test_a_server_that_fails_for_every_kind_is_given_up(self, tmp_path: Path) -> None:
        def fault(request: Request, _before: int) -> Response | None:
            return status(503, "down") if "limit=" in request.target else None

        cluster = FakeCluster(SHOP, faults=[fault])
        with pytest.raises(ToolError, match="503"):
            reading(cluster, tmp_path)
        # Three kinds, three tries each: the others are not waited for.
        assert sum(times for target, times in cluster.asked.items() if "limit=" in target) == 9

    def test_a_server_that_fails_half_way_gives_what_was_read(self, tmp_path: Path) -> None:
        def fault(request: Request, _before: int) -> Response | None:
            late = ("deployments", "replicasets", "clusterroles", "things", "services")
            return status(503, "down") if request.path.endswith(late) else None

        live = reading(FakeCluster(SHOP, faults=[fault]), tmp_path)

        assert names(live) == ["ConfigMap/settings", "Namespace/shop"]
        assert [found.kind for found in live.not_seen][-1:] != []
        assert any("not asked for" in found.reason for found in live.not_seen)

    @pytest.mark.parametrize("aggregated", [True, False])
    def test_a_broken_aggregated_api_is_told_and_the_rest_is_read(self, tmp_path: Path, aggregated: bool) -> None:
        live = reading(FakeCluster(SHOP, stale=("example.com",), aggregated=aggregated), tmp_path)

        assert "Deployment/web" in names(live)
        (found,) = live.not_seen
        assert found.what == "everything of example.com/v1"

    @pytest.mark.parametrize(
        "answer,told",
        [
            (Response({"hello": "world"}), "no list of APIs"),
            (Response(b"<html>", headers=(("Content-Type", "text/html"),)), "no Kubernetes API server"),
            (status(404), "no list of APIs"),
            (status(403, "no"), "forbids /api"),
            (status(500, "broken"), "no list of APIs: broken"),
        ],
    )
    def test_what_is_no_api_server_is_told(self, tmp_path: Path, answer: Response, told: str) -> None:
        def fault(request: Request, _before: int) -> Response | None:
            return answer if request.path in {"/api", "/apis"} else None

        with pytest.raises(ToolError, match=told):
            reading(FakeCluster(SHOP, faults=[fault]), tmp_path)

    def test_a_token_that_ends_while_reading_is_told(self, tmp_path: Path) -> None:
        def fault(request: Request, _before: int) -> Response | None:
            return status(401, "Unauthorized") if "limit=" in request.target else None

        with pytest.raises(ToolError, match="401"):
            reading(FakeCluster(SHOP, faults=[fault]), tmp_path)


def authorizations(server: FakeServer) -> set[str]:
    sent = [{name.lower(): value for name, value in request.headers.items()} for request in server.requests]
    return {headers.get("authorization", "none") for headers in sent}


class TestPykube:
    def test_it_sends_through_the_guarded_connection(self, tmp_path: Path) -> None:
        import pykube

        with connected(FakeCluster(SHOP), tmp_path) as (connection, server):
            found = list(pykube.ConfigMap.objects(client(connection), namespace=pykube.all))

            assert [item.name for item in found] == ["settings"]
            assert authorizations(server) == {"Bearer secret-token"}

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
    def test_no_write_of_its_gets_out(self, tmp_path: Path, method: str) -> None:
        with connected(FakeCluster(SHOP), tmp_path) as (connection, server):
            with pytest.raises(WriteRefusedError, match="read-only"):
                getattr(client(connection), method)(url="namespaces/shop/pods", version="v1", data="{}")
            assert server.requests == []

    def test_its_objects_cannot_write_either(self, tmp_path: Path) -> None:
        import pykube

        with connected(FakeCluster(SHOP), tmp_path) as (connection, server):
            api = client(connection)
            item = pykube.ConfigMap(api, thing("configmaps", "settings"))
            for write in (item.create, item.delete, lambda: item.patch({"data": {}})):
                with pytest.raises(WriteRefusedError):
                    write()
            assert server.requests == []

    def test_passwords_of_a_netrc_file_are_not_sent(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login jane password hunter2\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        with connected(FakeCluster(SHOP), tmp_path) as (connection, server):
            read(connection)
            assert authorizations(server) == {"Bearer secret-token"}
