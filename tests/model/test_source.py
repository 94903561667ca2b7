import io
from pathlib import Path

import pytest

from seatrial.model import source
from seatrial.model.errors import InputError

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(folder)


def names(inventory):
    return [str(resource) for resource in inventory.resources]


def refusal(path, **options):
    with pytest.raises(InputError) as caught:
        source.load(str(path), **options)
    return str(caught.value)


def test_a_tree_is_read_file_by_file_in_order(tmp_path):
    write(
        tmp_path, {"b.yaml": SERVICE, "a/x.yml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n", "note.txt": "no"}
    )

    assert names(source.load(str(tmp_path))) == ["shop/web[Service]", "p[Pod]"]


def test_a_file_may_hold_several_documents_and_json(tmp_path):
    write(tmp_path, {"a.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}'})

    assert names(source.load(str(tmp_path / "a.json"))) == ["p[Pod]"]


def test_standard_input_is_a_source(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SERVICE.encode())))

    inventory = source.load("-")

    assert names(inventory) == ["shop/web[Service]"]
    assert inventory.resources[0].position("/metadata/name").file == "<stdin>"


def test_lists_are_unpacked_and_items_keep_their_places(tmp_path):
    text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p\n"
    write(tmp_path, {"list.yaml": text})

    (pod,) = source.load(str(tmp_path)).resources

    assert str(pod) == "p[Pod]"
    assert pod.position("/metadata/name").line == 7


def test_items_of_a_typed_list_need_no_kind(tmp_path):
    text = "apiVersion: apps/v1\nkind: DeploymentList\nitems: [{metadata: {name: d}}]\n"
    write(tmp_path, {"list.yaml": text})

    (deployment,) = source.load(str(tmp_path)).resources

    assert (deployment.api_version, deployment.kind, deployment.name) == ("apps/v1", "Deployment", "d")


def test_what_is_no_object_is_left_out_and_told(tmp_path):
    write(tmp_path, {"a.yaml": SERVICE, "values.yaml": "replicas: 3\n"})

    inventory = source.load(str(tmp_path))

    assert names(inventory) == ["shop/web[Service]"]
    (left_out,) = inventory.skipped
    assert left_out.file.endswith("values.yaml")
    assert "neither apiVersion nor kind" in left_out.reason


def test_json_patches_of_a_tree_are_left_out(tmp_path):
    write(tmp_path, {"a.yaml": SERVICE, "patch.yaml": "- {op: add, path: /spec/x, value: 1}\n"})

    (left_out,) = source.load(str(tmp_path)).skipped

    assert left_out.reason == "a JSON patch, not an object"


def test_the_same_content_has_the_same_digest(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, {"a.yaml": SERVICE})
    write(two, {"a.yaml": SERVICE})

    assert source.load(str(one)).digest == source.load(str(two)).digest

    write(two, {"a.yaml": SERVICE + "# changed\n"})
    assert source.load(str(one)).digest != source.load(str(two)).digest


@pytest.mark.parametrize(
    "files,words",
    [
        ({}, "holds no YAML or JSON file"),
        ({"a.yaml": "# nothing\n"}, "holds no Kubernetes object"),
        ({"a.yaml": "x: 1\n"}, "neither apiVersion nor kind"),
        ({"a.yaml": "- 1\n"}, "a.yaml:1:1: expected a Kubernetes object, found a list"),
        ({"a.yaml": "just words\n"}, "found a string"),
        (
            {"a.yaml": "apiVersion: v1\nkind: List\nitems: [1]\n"},
            "a.yaml:3:9: item 0 of the List is no object but a number",
        ),
        ({"a.yaml": "a: 1\na: 2\n"}, "a.yaml:2:1: key 'a' is given twice"),
    ],
)
def test_a_tree_that_cannot_be_used_is_refused_with_the_reason(tmp_path, files, words):
    assert words in refusal(write(tmp_path, files))


def test_a_missing_path_names_the_one_that_was_probably_meant(tmp_path):
    (tmp_path / "manifests").mkdir()

    assert "did you mean manifests?" in refusal(tmp_path / "manifest")


def test_binary_content_is_no_manifest(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")

    assert "the text is UTF-16" in refusal(tmp_path)


def test_a_file_above_the_limit_is_refused_unread(tmp_path, monkeypatch):
    write(tmp_path, {"a.yaml": SERVICE})
    monkeypatch.setattr("seatrial.model.files.MAX_BYTES", 10)

    assert "at most" in refusal(tmp_path / "a.yaml")


def test_an_unreadable_place_is_told(tmp_path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "a.yaml")

    assert "leads nowhere" in refusal(tmp_path)


OVERLAID = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": SERVICE,
    "overlays/production/kustomization.yaml": "resources: [../../base]\nnamePrefix: live-\n",
    "overlays/staging/kustomization.yaml": "resources: [../../base]\nnamePrefix: try-\n",
}


def test_an_overlay_is_rendered(tmp_path):
    assert names(source.load(write(tmp_path, OVERLAID), overlay="staging")) == ["shop/try-web[Service]"]


def test_an_unknown_overlay_names_those_there_are(tmp_path):
    message = refusal(write(tmp_path, OVERLAID), overlay="prodution")

    assert "did you mean production?" in message
    assert "choose one of: production, staging" in message


def test_a_cycle_of_kustomizations_is_told(tmp_path):
    write(tmp_path, {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"})

    assert "cycle" in refusal(tmp_path / "a")


def test_a_build_that_fails_gives_the_reason_of_kustomize(tmp_path):
    write(tmp_path, {"kustomization.yaml": "resources: [absent.yaml]\n"})

    message = refusal(tmp_path)

    assert "absent.yaml" in message
    assert "no such file" in message


def test_patches_of_a_kustomization_within_a_tree_are_no_objects(tmp_path):
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"
    write(
        tmp_path,
        {
            "app/kustomization.yaml": "resources: [service.yaml]\npatches: [{path: web.yaml}]\n"
            "patchesStrategicMerge: [../shared/more.yaml]\nconfigMapGenerator: [{files: [values=values.yaml]}]\n",
            "app/service.yaml": SERVICE,
            "app/web.yaml": patch,
            "app/values.yaml": "kind: anything\n",
            "shared/more.yaml": patch,
            "shared/kept.yaml": SERVICE,
        },
    )

    inventory = source.load(str(tmp_path))

    assert inventory.kinds == {"Service"}
    assert len(inventory.resources) == 2
    assert [Path(entry.file).name for entry in inventory.skipped if "part of a Kustomize" in entry.reason] == [
        "values.yaml",
        "web.yaml",
        "more.yaml",
    ]


def test_lists_are_unpacked_also_within_lists(tmp_path):
    write(
        tmp_path,
        {
            "all.yaml": "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: PodList\n  items:\n"
            "  - metadata: {name: p}\n  - metadata: {name: q}\n- apiVersion: v1\n  kind: List\n  items: []\n"
        },
    )

    inventory = source.load(str(tmp_path))

    assert names(inventory) == ["p[Pod]", "q[Pod]"]
    assert inventory.resources[1].position("/metadata/name").line == 8
    assert inventory.resources[1].position("/metadata/name").column == 22


@pytest.mark.parametrize("items", ["items: null", "items: []", "other: 1"])
def test_a_list_without_items_holds_no_object(tmp_path, items):
    write(tmp_path, {"a.yaml": f"apiVersion: v1\nkind: List\n{items}\n"})

    assert "holds no Kubernetes object (a List without items)" in refusal(tmp_path / "a.yaml")


def test_items_that_are_no_list_are_refused_at_their_place(tmp_path):
    write(tmp_path, {"a.yaml": "apiVersion: v1\nkind: List\nitems: none\n"})

    assert "a.yaml:3:8: the items of the List are a string" in refusal(tmp_path / "a.yaml")


def test_configuration_of_kustomize_itself_is_no_object(tmp_path):
    write(tmp_path, {"a.yaml": SERVICE, "t.yaml": "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\n"})

    inventory = source.load(str(tmp_path))

    assert inventory.kinds == {"Service"}
    assert [entry.reason for entry in inventory.skipped] == ["a file of Kustomize, not an object"]
