"""Reading a policies folder: its Rego files, its rules and what each says about itself in its METADATA.

A rule is a folder `<category>/<rule-name>` with `rule.rego`; further `.rego` files in it belong to the same package,
and `*_test.rego` beside it hold its tests. What rules share stands in `lib/`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import yaml

from seatrial.engines.rego import Module, Package
from seatrial.model.dig import as_dict, as_list, as_str
from seatrial.model.errors import InputError
from seatrial.model.files import read_text, shown
from seatrial.model.position import Position
from seatrial.model.verdict import Severity

RULE_FILE = "rule.rego"
TEST_SUFFIX = "_test.rego"
LIBRARY = "lib"
"""Folder of what rules share."""
KNOWN_NEEDS = frozenset({"architecture"})

_PACKAGE = re.compile(r"^package\s+(?P<path>\S+)\s*$", re.MULTILINE)
_PART = re.compile(r'\["(?P<quoted>[^"]+)"\]|\.?(?P<plain>\w+)')


@attrs.frozen
class Rule:
    """One policy rule, as its METADATA describes it."""

    id: str
    """`category/rule-name`, the path of its folder."""
    package: Package
    file: str
    folder: Path
    title: str
    description: str
    severity: Severity
    remediation: str
    kinds: tuple[str, ...]
    """Kinds it looks at: `Kind` of the core group, `group/Kind` of another, `*` for all."""
    controls: tuple[str, ...]
    """Identifiers of the rule in the security standards and in other linters."""
    needs: frozenset[str]
    """What it cannot do without: `architecture` is the declared architecture."""

    def looks_at(self, group: str, kind: str) -> bool:
        """Whether objects of that API group and kind are subjects of the rule."""
        return "*" in self.kinds or (f"{group}/{kind}" if group else kind) in self.kinds


@attrs.frozen
class PolicySet:
    """Everything of a policies folder that an engine evaluates."""

    folder: Path
    modules: tuple[Module, ...]
    """Rules and libraries, without tests."""
    tests: tuple[Module, ...]
    rules: tuple[Rule, ...]


def read_policies(folder: Path) -> PolicySet:
    """Read all Rego files below *folder*.

    Raises InputError when there is no rule, when a file cannot be read, or when a rule's METADATA is incomplete.
    """
    modules: list[Module] = []
    tests: list[Module] = []
    rules: list[Rule] = []
    for path in sorted(folder.rglob("*.rego")):
        module = Module(shown(path), read_text(path))
        (tests if path.name.endswith(TEST_SUFFIX) else modules).append(module)
        if path.name == RULE_FILE:
            rules.append(_rule(path, folder, module))
        elif not _belongs(path, folder):
            raise InputError(
                f"{shown(path)} belongs to no rule: its folder has no {RULE_FILE}, so nothing would evaluate it",
                remedy=f"name the rule {RULE_FILE}, or keep what rules share in {shown(folder / LIBRARY)}",
            )
    if not rules:
        raise InputError(
            f"{shown(folder)} holds no policy rule",
            remedy=f"point it at a folder of <category>/<rule-name>/{RULE_FILE}",
        )
    return PolicySet(folder, tuple(modules), tuple(tests), tuple(rules))


def _belongs(path: Path, folder: Path) -> bool:
    """Whether a Rego file stands beside a rule, or in the library."""
    return path.relative_to(folder).parts[0] == LIBRARY or (path.parent / RULE_FILE).is_file()


def package_of(module: Module) -> Package:
    """The package that a module declares. Raises InputError when it declares none."""
    found = _PACKAGE.search(module.text)
    if found is None:
        raise InputError(f"{module.file}: no package is declared", remedy="begin the file with `package ...`")
    return tuple(part["quoted"] or part["plain"] for part in _PART.finditer(found["path"]))


def _rule(path: Path, folder: Path, module: Module) -> Rule:
    identifier = path.parent.relative_to(folder).as_posix()
    metadata, line = _metadata(module)
    package = package_of(module)
    custom = as_dict(metadata.get("custom"))

    def complain(problem: str, remedy: str) -> InputError:
        return InputError(f"rule {identifier}: {problem}", remedy=remedy, position=Position(module.file, line, 1))

    if package != tuple(identifier.split("/")):
        raise complain(
            f"its package is {'.'.join(package)}, which is not where it lies",
            'declare `package <category>["<rule-name>"]`',
        )
    texts = {key: as_str(metadata.get(key)).strip() for key in ("title", "description")}
    texts["remediation"] = as_str(custom.get("remediation")).strip()
    for key, text in texts.items():
        if not text:
            raise complain(f"its METADATA has no {key}", f"add `{key}` to the METADATA above `package`")
    severity = as_str(custom.get("severity"))
    if severity not in list(Severity):
        raise complain(
            f"its severity is {severity or 'absent'}", f"use one of {', '.join(Severity)} in custom.severity"
        )
    kinds = tuple(kind for kind in as_list(custom.get("kinds")) if isinstance(kind, str))
    if not kinds:
        raise complain("its METADATA names no kinds", "list the kinds it looks at in custom.kinds, or ['*']")
    needs = frozenset(str(need) for need in as_list(custom.get("needs")))
    if needs - KNOWN_NEEDS:
        raise complain(
            f"it needs {', '.join(sorted(needs - KNOWN_NEEDS))}, which is unknown", "custom.needs knows: architecture"
        )
    controls = as_list(custom.get("controls"))
    for control in controls:
        if not isinstance(control, str):
            raise complain(f"a control is {control!r}, no text", "quote it: a colon in it makes a mapping of it")
    return Rule(
        id=identifier,
        package=package,
        file=module.file,
        folder=path.parent,
        title=texts["title"],
        description=texts["description"],
        severity=Severity(severity),
        remediation=texts["remediation"],
        kinds=kinds,
        controls=tuple(controls),
        needs=needs,
    )


def _metadata(module: Module) -> tuple[dict[str, Any], int]:
    """The YAML of the METADATA comment above `package`, and its line; an empty mapping when there is none."""
    lines = module.text.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.startswith("package"):
            break
        if line.strip() == "# METADATA":
            comment = []
            for following in lines[number:]:
                if not following.startswith("#"):
                    break
                comment.append(following.removeprefix("#").removeprefix(" "))
            try:
                return as_dict(yaml.safe_load("\n".join(comment))), number
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                at = Position(module.file, number + 1 + (mark.line if mark else 0), 1)
                raise InputError("METADATA is no YAML", remedy="correct the comment block", position=at) from None
    return {}, 1
