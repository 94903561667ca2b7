import pytest

from seatrial.model import source

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: main
          image: shop:1
          ports:
            - containerPort: 80
"""

FILES = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": BASE,
    "limits/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - path: limits.yaml
    target: {kind: Deployment}
""",
    "limits/limits.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: any}
spec:
  template:
    spec:
      containers:
        - name: sidecar
          image: proxy:2
        - name: main
          resources:
            limits: {memory: 1Gi}
""",
    "live/kustomization.yaml": """\
resources: [../base]
components: [../limits]
namespace: shop
namePrefix: live-
labels:
  - pairs: {tier: front}
images:
  - {name: shop, newTag: "7"}
patches:
  - target: {kind: Deployment, name: web}
    patch: |
      - op: add
        path: /spec/replicas
        value: 3
configMapGenerator:
  - name: settings
    literals: [a=b]
""",
    "secured/kustomization.yaml": """\
resources: [../base, context.yaml]
replacements:
  - source: {kind: PodTemplate, name: context, fieldPath: template.spec.containers.0.securityContext}
    targets:
      - select: {kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.*.securityContext"]
        options: {create: true}
""",
    "secured/context.yaml": """\
apiVersion: v1
kind: PodTemplate
metadata: {name: context, annotations: {config.kubernetes.io/local-config: "true"}}
template:
  spec:
    containers:
      - name: every
        securityContext:
          privileged: false
""",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def built(folder):
    return source.load(str(folder / "live"))


@pytest.mark.parametrize(
    "pointer,file,line",
    [
        ("/kind", "base/web.yaml", 2),
        ("/metadata/name", "base/web.yaml", 4),
        ("/metadata/namespace", "live/kustomization.yaml", 3),
        ("/metadata/labels/tier", "live/kustomization.yaml", 6),
        ("/spec/replicas", "live/kustomization.yaml", 14),
        # The patch put its own container first: items are found by name, not by index.
        ("/spec/template/spec/containers/0/image", "limits/limits.yaml", 9),
        ("/spec/template/spec/containers/1/image", "live/kustomization.yaml", 8),
        ("/spec/template/spec/containers/1/ports/0/containerPort", "base/web.yaml", 12),
        ("/spec/template/spec/containers/1/resources/limits/memory", "limits/limits.yaml", 12),
        # What is absent is placed at the nearest thing that is there.
        ("/spec/template/spec/containers/1/livenessProbe", "base/web.yaml", 9),
    ],
)
def test_a_field_is_placed_where_it_was_set(built, pointer, file, line):
    (deployment,) = built.of_kind("Deployment")

    position = deployment.position(pointer)

    assert position.file.endswith(file)
    assert position.line == line


def test_a_field_of_a_patch_inside_a_kustomization_has_the_column_of_that_file(built):
    (deployment,) = built.of_kind("Deployment")

    assert deployment.position("/spec/replicas").column == len("        value: ") + 1


def test_a_replaced_field_is_placed_at_the_field_of_its_source(folder):
    (deployment,) = source.load(str(folder / "secured")).of_kind("Deployment")

    position = deployment.position("/spec/template/spec/containers/0/securityContext/privileged")

    assert position.file.endswith("secured/context.yaml")
    assert position.line == 9


def test_a_generated_object_is_placed_at_its_kustomization(built):
    (settings,) = built.of_kind("ConfigMap")

    assert settings.position("/data/a").file.endswith("live/kustomization.yaml")


def test_the_annotations_that_tell_origins_are_not_part_of_the_object(built):
    (deployment,) = built.of_kind("Deployment")

    assert "annotations" not in deployment.data["metadata"]


def test_rendering_twice_gives_the_same_digest(built):
    assert source.load(built.origin).digest == built.digest


def test_the_files_that_contributed_are_listed(built):
    assert {file.rpartition("/")[2] for file in built.files} == {"web.yaml", "kustomization.yaml"}
