"""The runner of Rego unit tests: true passes, everything else fails and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.engines import rego_tests
from seatrial.model.errors import InputError
from tests.engines.test_rego_sources import GOOD, write

TESTS = """package shop["low-prices_test"]

import data.lib.testing

test_pass_true if 1 == 1

test_fail_false if 1 == 2

test_fail_shows_both_sides if testing.same({1}, {2})

test_fail_error if to_number("twelve") == 12
"""

TESTING = """package lib.testing

same(actual, expected) if actual == expected

same(actual, expected) := false if {
	actual != expected
	print("expected", expected, "but the rule answers", actual)
}
"""


def write_all(root: Path, tests: str = TESTS) -> Path:
    write(root, GOOD)
    write(root, TESTING, folder="lib", name="testing.rego")
    return write(root, tests, name="rule_test.rego")


def test_results_say_what_went_wrong_and_where(tmp_path: Path) -> None:
    path = write_all(tmp_path)

    found = {test.name: test.run() for test in rego_tests.discover(tmp_path)}

    assert {name: result.passed for name, result in found.items()} == {
        "test_pass_true": True,
        "test_fail_false": False,
        "test_fail_shows_both_sides": False,
        "test_fail_error": False,
    }
    assert found["test_fail_false"].message.startswith(f"{path}:7: ")
    assert "expected {2} but the rule answers {1}" in found["test_fail_shows_both_sides"].message
    assert "could not parse string as number" in found["test_fail_error"].message


def test_one_file_is_discovered_as_in_its_folder(tmp_path: Path) -> None:
    path = write_all(tmp_path)

    assert rego_tests.discover(path) == rego_tests.discover(tmp_path)
    assert next(test.id for test in rego_tests.discover(path)) == "shop/low-prices::test_pass_true"


def test_a_file_without_tests_is_a_failure(tmp_path: Path) -> None:
    path = write_all(tmp_path, 'package shop["low-prices_test"]\n')

    [test] = rego_tests.discover(path)

    assert test.run() == rego_tests.RegoTestResult(False, f"{path}:1: the file holds no rule named test_…")


def test_a_rule_without_a_test_file_is_a_failure(tmp_path: Path) -> None:
    write_all(tmp_path).unlink()

    [test] = rego_tests.discover(tmp_path)

    assert not test.run().passed
    assert "no test file beside it" in test.run().message


def test_a_broken_module_fails_every_test_with_its_place(tmp_path: Path) -> None:
    write_all(tmp_path)
    write(tmp_path, "package lib.broken\n\nx if {\n", folder="lib", name="broken.rego")

    results = [test.run() for test in rego_tests.discover(tmp_path)]

    assert not any(result.passed for result in results)
    assert all("broken.rego:" in result.message for result in results)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lib" / "odd_test.rego"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(InputError, match="cannot be read"):
        rego_tests.discover(path)
