"""A policies folder is read whole, and whatever a rule leaves out is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.engines.rego import Module
from seatrial.engines.rego_sources import package_of, read_policies
from seatrial.model.errors import InputError
from seatrial.model.verdict import Severity

GOOD = """# METADATA
# title: Prices are low
# description: No price is above the limit.
# custom:
#   severity: low
#   kinds: [Service, apps/Deployment]
#   controls: [X-1]
#   remediation: Lower the price.
#   needs: [architecture]
package shop["low-prices"]

violation contains {"msg": "high"} if input.review.object.price > 5
"""


def write(root: Path, text: str, folder: str = "shop/low-prices", name: str = "rule.rego") -> Path:
    path = root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_rule_is_what_its_metadata_says(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, 'package shop["low-prices_test"]\n', name="rule_test.rego")
    write(tmp_path, "package lib.money\n", folder="lib", name="money.rego")

    found = read_policies(tmp_path)

    [rule] = found.rules
    assert (rule.id, rule.title, rule.severity) == ("shop/low-prices", "Prices are low", Severity.LOW)
    assert (rule.controls, rule.needs, rule.remediation) == (("X-1",), frozenset({"architecture"}), "Lower the price.")
    assert [package_of(module) for module in found.modules] == [("lib", "money"), ("shop", "low-prices")]
    assert [package_of(module) for module in found.tests] == [("shop", "low-prices_test")]


def test_a_kind_is_that_of_its_group(tmp_path: Path) -> None:
    write(tmp_path, GOOD)

    [rule] = read_policies(tmp_path).rules

    assert rule.looks_at("", "Service")
    assert rule.looks_at("apps", "Deployment")
    assert not rule.looks_at("serving.knative.dev", "Service")
    assert not rule.looks_at("", "Deployment")


@pytest.mark.parametrize(
    "old, new, told",
    [
        ("# title: Prices are low\n", "", "no title"),
        ("#   remediation: Lower the price.\n", "", "no remediation"),
        ("severity: low", "severity: lowish", "severity is lowish"),
        ("#   kinds: [Service, apps/Deployment]\n", "", "names no kinds"),
        ("[architecture]", "[a crystal ball]", "a crystal ball, which is unknown"),
        ("controls: [X-1]", "controls: [X: 1]", "no text"),
        ('package shop["low-prices"]', 'package shop["lowest-prices"]', "not where it lies"),
        ("# title: Prices are low", "# title: [", "METADATA is no YAML"),
    ],
)
def test_a_mistake_in_the_metadata_is_told_with_its_file(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))

    with pytest.raises(InputError, match=told) as raised:
        read_policies(tmp_path)

    assert raised.value.position is not None
    assert raised.value.position.file == str(path)


def test_an_empty_folder_holds_no_rule(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no policy rule"):
        read_policies(tmp_path)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    write(tmp_path, GOOD).write_bytes(b"package \xff\xfe")

    with pytest.raises(InputError, match=r"rule.rego:1:9: byte 0xff is not UTF-8 text"):
        read_policies(tmp_path)


def test_a_module_needs_a_package() -> None:
    with pytest.raises(InputError, match="no package"):
        package_of(Module("odd.rego", "x := 1\n"))


@pytest.mark.parametrize("name", ["rules.rego", "rule_test.rego"])
def test_a_file_that_belongs_to_no_rule_is_told_and_not_left_out(tmp_path: Path, name: str) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, "package shop.fresh\n", folder="shop/fresh", name=name)

    with pytest.raises(InputError, match=rf"shop/fresh/{name} belongs to no rule") as caught:
        read_policies(tmp_path)

    assert "rule.rego" in caught.value.remedy
