"""Custom objects get the verdict that kube-apiserver 1.37.2 gave them: every keyword, and every function of rules."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.engines import schema_rules
from seatrial.engines.schema_crd import Findings
from tests.schema import strangers

RECORDED = strangers.recorded()
FIELDS = strangers.fields()
RULES = dict(strangers.rules())
NOT_EVALUATED = {
    "'%s'.format([self.s]) == 'a'",
    "cidr('10.0.0.0/8').containsIP('10.0.0.1') || self.b",
    "format.dns1123Label().validate(self.s).hasValue()",
    "self.?i.orValue(1) == 1",
    "self.by.size() > 0",
    "self.dt > timestamp('2026-01-01T00:00:00Z')",
    "self.l.sort() == [1, 2]",
    "self.l.transformList(i, v, v + i) == [1]",
    "self.ls.distinct() == ['a']",
    "self.s.find('[a-c]') == 'a'",
    "sets.contains(self.l, [1])",
    "type(self.u) == int",
    "url('http://a/b').getHost() == self.s",
}
"""Rules of `custom/rules.yaml` that use what we do not evaluate: the verdict says so."""


def judged(kind: str, data: dict[str, Any]) -> Findings:
    findings = strangers.compiled(kind).judge(data)
    return Findings((*findings.violations, *schema_rules.identity(data)), findings.unchecked)


def test_there_is_an_answer_for_every_object() -> None:
    assert {name: len(tried) for name, tried in FIELDS.items()} == {
        name: len(answers) for name, answers in RECORDED["fields"].items()
    }
    assert {rule: len(tried) for rule, tried in RULES.items()} == {
        rule: len(answers) for rule, answers in RECORDED["rules"].items()
    }


@pytest.mark.parametrize("field", FIELDS)
def test_a_value_is_accepted_where_the_server_accepted_it(field: str) -> None:
    wrong = [
        (label, answer, [item.message for item in found])
        for (label, data), answer in zip(FIELDS[field], RECORDED["fields"][field], strict=True)
        if (not (found := judged("Stranger", data).violations)) is not (answer == "1")
    ]

    assert wrong == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in NOT_EVALUATED])
def test_a_rule_holds_where_it_held_on_the_server(rule: str) -> None:
    found = [judged("Ruler", data) for data in RULES[rule]]

    assert {text for findings in found for text in findings.unchecked} == set()
    assert "".join("0" if findings.violations else "1" for findings in found) == RECORDED["rules"][rule]


@pytest.mark.parametrize("rule", sorted(NOT_EVALUATED))
def test_a_rule_that_is_not_evaluated_is_told(rule: str) -> None:
    findings = judged("Ruler", RULES[rule][0])

    [told] = findings.unchecked
    assert told.startswith(f"the rule {rule} (")
    assert findings.violations == ()
