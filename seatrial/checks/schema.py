"""The schema group: is every object one that the API server of the chosen Kubernetes version would accept?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from seatrial.checks.base import DECLARED, CheckInfo, Context, verdict
from seatrial.checks.judging import Judged, Problem, all_verdicts, skip
from seatrial.engines import custom, schema_rules
from seatrial.engines.schema import (
    DEFAULT_VERSION,
    Gvk,
    KubernetesSchemas,
    known_versions,
    kubernetes_schemas,
)
from seatrial.engines.schema_crd import CompiledKind, CustomKind, custom_kinds, maturity, shipped_kinds
from seatrial.engines.schema_errors import Violation, nearest
from seatrial.model.document import Resource
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict

GROUP = "schema"

KUBERNETES = CheckInfo(
    id="schema/kubernetes",
    title="Object matches its Kubernetes schema",
    severity=Severity.HIGH,
    description=(
        "Every object is of a kind that the Kubernetes version serves, with no unknown field, no wrong type and no "
        "value that the API server would reject. Custom kinds are judged by the CustomResourceDefinitions in the "
        "manifest set, and where it has none by those of well-known upstream projects that ship with Seatrial."
    ),
    remediation="correct the field as the message says",
    controls=(),
    kinds=(),
    group=GROUP,
)

_GONE = {
    "PodSecurityPolicy": "removed in 1.25: use the label pod-security.kubernetes.io/enforce on Namespaces",
    "PodPreset": "removed in 1.20: set the fields in the pod template",
}
_OVERRIDE = "if the cluster serves another release, put its CustomResourceDefinition into the manifest set"
_CORE_LIKE = frozenset({"extensions", "core"})


def catalog(_context: Context) -> tuple[CheckInfo, ...]:
    """The checks of this group."""
    return (attrs.evolve(KUBERNETES, documentation=_page()),)


def _page() -> str:
    """The check's page, with the custom kinds that ship."""
    shipped = "\n".join(f"* {project.release}: {', '.join(project.groups)}" for project in custom.projects())
    return f"""{KUBERNETES.description}

Known without a definition in the manifest set are the kinds of these API groups, at these releases:

{shipped}

A kind of another group is skipped with that reason. To have it judged, or by another release, put the
CustomResourceDefinition that the cluster serves into the manifest set: it comes first. A pass says by whose schema, and
which rules in the Common Expression Language could not be evaluated, if any.

Fix: {KUBERNETES.remediation}"""


def run(context: Context) -> Iterable[Verdict]:
    """Judge every object of the inventory against its schema."""
    version = context.options.kubernetes_version or DEFAULT_VERSION
    judge = _Judge(kubernetes_schemas(version), context.inventory.resources)
    for resource in context.inventory.resources:
        yield from judge.verdicts(resource)
    # What was read and is no object must not go unmentioned: it may be one whose head is misspelt.
    for document in context.inventory.skipped:
        subject, place = Subject(DECLARED, "Document", "", document.file), Position(document.file, document.line, 1)
        yield verdict(KUBERNETES, Status.SKIPPED, subject, f"{place}: {document.reason}", position=place)
    if not context.inventory.resources:
        yield from all_verdicts(KUBERNETES, (), "there are no objects")


class _Judge:
    """Judges objects one by one; keeps the custom kinds that it has compiled."""

    def __init__(self, schemas: KubernetesSchemas, resources: tuple[Resource, ...]) -> None:
        self.schemas = schemas
        self.version = tuple(int(part) for part in schemas.version.split("."))
        self.custom = {kind.gvk: kind for kind in custom_kinds(resources)}
        self.shipped: dict[str, dict[Gvk, CustomKind]] = {}
        self.compiled: dict[Gvk, CompiledKind | None] = {}
        self.by_kind: dict[str, list[Gvk]] = {}
        for gvk in sorted(schemas.kinds):
            self.by_kind.setdefault(gvk.kind, []).append(gvk)

    def verdicts(self, resource: Resource) -> Iterator[Verdict]:
        gvk = Gvk.of(resource.api_version, resource.kind)
        missing = list(_identity(resource))
        if missing:
            yield from _judged(resource, missing, "").verdicts(KUBERNETES)
        elif gvk in self.schemas.kinds:
            data = self.schemas.decoded(gvk, resource.data)
            found = [*self.schemas.validate(gvk, data)]
            major, minor = self.version[:2]
            found.extend(schema_rules.check(gvk.kind, data, (major, minor)))
            if gvk.kind == "CustomResourceDefinition":
                found.extend(self._broken(resource))
            text = f"valid {gvk.api_version} {gvk.kind} of Kubernetes {self.schemas.version}"
            if not schema_rules.covers(gvk.kind):
                text += ", by its schema and metadata alone"
            yield from _judged(resource, found, text).verdicts(KUBERNETES)
        elif gvk in self.custom:
            yield from self._custom(resource, self.custom[gvk], self.custom)
        elif not self._declared(gvk.group) and (project := custom.project_of(gvk.group)) is not None:
            yield from self._shipped(resource, gvk, project)
        else:
            yield from self._unknown(resource, gvk)

    def _declared(self, group: str) -> list[Gvk]:
        """The kinds of a group that the manifest set declares: they take the place of those that ship with us."""
        return [known for known in self.custom if known.group == group]

    def _shipped(self, resource: Resource, gvk: Gvk, project: custom.Project) -> Iterator[Verdict]:
        """Judge an object of a group whose kinds ship with Seatrial."""
        kinds = self._kinds_of(project)
        if gvk in kinds:
            yield from self._custom(resource, kinds[gvk], kinds)
            return
        name = f"{gvk.api_version} {gvk.kind}"
        versions = [known for known, kind in kinds.items() if (known.group, known.kind) == (gvk.group, gvk.kind)]
        if versions:
            yield from _judged(resource, [_not_served(name, project.release, kinds, gvk)], "").verdicts(KUBERNETES)
            return
        near = nearest(gvk.kind, sorted({known.kind for known in kinds if known.group == gvk.group}))
        hint = f"; did you mean {near!r}?" if near else ""
        if gvk.group in project.shared_groups:
            reason = f"no schema for {name}: {project.release} has no such kind, other projects may{hint}"
            yield skip(KUBERNETES, resource, reason, "/apiVersion")
            return
        found, needed = f"{gvk.api_version} has no kind {gvk.kind} in {project.release}", "a kind of that group"
        fix = f"write kind: {near}" if near else "correct kind and apiVersion"
        problem = Violation("/kind", found, f"did you mean {near!r}?" if near else needed, f"{fix}; {_OVERRIDE}")
        yield from _judged(resource, [problem], "").verdicts(KUBERNETES)

    def _kinds_of(self, project: custom.Project) -> dict[Gvk, CustomKind]:
        if project.name not in self.shipped:
            self.shipped[project.name] = {kind.gvk: kind for kind in shipped_kinds(project)}
        return self.shipped[project.name]

    def _compiled(self, kind: CustomKind) -> CompiledKind | None:
        if kind.gvk not in self.compiled:
            try:
                self.compiled[kind.gvk] = CompiledKind.of(kind, self.schemas)
            except ValueError:
                self.compiled[kind.gvk] = None
        return self.compiled[kind.gvk]

    def _broken(self, resource: Resource) -> Iterator[Violation]:
        """Versions of a CustomResourceDefinition whose schema is none."""
        for kind in self.custom.values():
            if kind.definition is resource and kind.schema is not None and self._compiled(kind) is None:
                where = f"{kind.pointer}/schema/openAPIV3Schema"
                found = f"the schema of version {kind.gvk.version} is no valid structural schema"
                yield Violation(where, found, "a structural OpenAPI v3 schema", "correct the schema")

    def _custom(self, resource: Resource, kind: CustomKind, kinds: Mapping[Gvk, CustomKind]) -> Iterator[Verdict]:
        """Judge an object of a kind that has a definition; *kinds* are its siblings."""
        name = f"{kind.gvk.api_version} {kind.gvk.kind}"
        if not kind.served:
            yield from _judged(resource, [_not_served(name, kind.origin, kinds, kind.gvk)], "").verdicts(KUBERNETES)
            return
        compiled = self._compiled(kind) if kind.schema is not None else None
        if compiled is None:
            yield skip(KUBERNETES, resource, f"the definition of {name} has no usable schema", "/apiVersion")
            return
        findings = compiled.judge(resource.data)
        found = [*findings.violations, *schema_rules.identity(resource.data)]
        if kind.cluster_scoped:
            # The server forgets the namespace of such an object, whatever it is.
            found = [item for item in found if item.pointer != "/metadata/namespace"]
        evidence: dict[str, Any] = {"schema": kind.origin}
        passed = f"valid {name} by {kind.origin}"
        if kind.warning:
            evidence["warning"] = kind.warning
            passed += f"; the API server warns: {kind.warning}"
        if findings.unchecked:
            evidence["unchecked"] = list(findings.unchecked)
            passed += f"; not checked: {', '.join(findings.unchecked)}"
        yield from _judged(resource, found, passed, evidence).verdicts(KUBERNETES)

    def _unknown(self, resource: Resource, gvk: Gvk) -> Iterator[Verdict]:
        declared = self._declared(gvk.group)
        if gvk.group not in self.schemas.groups | _CORE_LIKE and not declared:
            yield skip(KUBERNETES, resource, f"no schema for {gvk.api_version} {gvk.kind}", "/apiVersion")
            return
        yield from _judged(resource, [self._explain(gvk, declared)], "").verdicts(KUBERNETES)

    def _explain(self, gvk: Gvk, declared: list[Gvk]) -> Violation:
        """Why a kind of a group that is served does not exist, and which one was probably meant."""
        found = f"{gvk.api_version} has no kind {gvk.kind} in Kubernetes {self.schemas.version}"
        if gvk.kind in _GONE:
            return Violation("/kind", found, _GONE[gvk.kind], "remove the object")
        elsewhere = [*self.by_kind.get(gvk.kind, []), *(known for known in declared if known.kind == gvk.kind)]
        if elsewhere:
            best = max(elsewhere, key=lambda known: (known.group == gvk.group, maturity(known.version)))
            return Violation("/apiVersion", found, f"{best.api_version}", f"write apiVersion: {best.api_version}")
        older = self._older(gvk)
        if older:
            return Violation("/apiVersion", found, f"served only until Kubernetes {older}", "replace the object")
        near = nearest(gvk.kind, sorted({*self.by_kind, *(known.kind for known in declared)}))
        return Violation(
            "/kind",
            found,
            f"did you mean {near!r}?" if near else "a kind of that group",
            f"write kind: {near}" if near else "correct kind and apiVersion",
        )

    def _older(self, gvk: Gvk) -> str:
        for version in reversed(known_versions()):
            if version != self.schemas.version and gvk in kubernetes_schemas(version).kinds:
                return version
        return ""


def _not_served(name: str, origin: str, kinds: Mapping[Gvk, CustomKind], gvk: Gvk) -> Violation:
    """The violation for a version that its definition does not serve, with the one to write instead."""
    served = [
        known for known, kind in kinds.items() if (known.group, known.kind) == (gvk.group, gvk.kind) and kind.served
    ]
    if not served:
        return Violation("/apiVersion", f"{name} is declared but not served by {origin}", "a served version", _OVERRIDE)
    best = max(served, key=lambda known: maturity(known.version))
    fix = f"write apiVersion: {best.api_version}; {_OVERRIDE}"
    return Violation("/apiVersion", f"{name} is not served by {origin}", best.api_version, fix)


def _identity(resource: Resource) -> Iterator[Violation]:
    for field in ("apiVersion", "kind"):
        value = resource.data.get(field)
        if not isinstance(value, str) or not value:
            shown = "is missing" if value in (None, "") else "is not a string"
            pointer = f"/{field}" if field in resource.data else ""
            example = "apps/v1" if field == "apiVersion" else "Deployment"
            yield Violation(pointer, f"{field} {shown}", f"a string such as {example}", f"set {field}")


def _judged(
    resource: Resource, found: list[Violation], passed: str, evidence: Mapping[str, Any] | None = None
) -> Judged:
    proof = evidence or {}
    # Schema and rules may find the same: the rule, which comes later, knows better what is needed.
    distinct = {(item.pointer, item.found): item for item in found}
    problems = (
        Problem(item.pointer, item.message, item.fix, evidence=proof, at_key=item.at_key) for item in distinct.values()
    )
    return Judged(resource, tuple(problems), passed, evidence=proof)
