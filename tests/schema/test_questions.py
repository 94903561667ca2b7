"""Kinds that ask the API server something are never stored, and need no name."""

from __future__ import annotations

import pytest

from seatrial.checks import schema
from tests.inventories import context, failures

REVIEW = """\
apiVersion: authorization.k8s.io/v1
kind: %s
spec: {user: ann, resourceAttributes: {verb: get, resource: pods}}
"""


@pytest.mark.parametrize("kind", ["SubjectAccessReview", "LocalSubjectAccessReview"])
def test_a_review_needs_no_name(kind):
    assert failures(list(schema.run(context(REVIEW % kind)))) == []


def test_an_object_that_is_stored_does():
    (failure,) = failures(list(schema.run(context("apiVersion: v1\nkind: ConfigMap\n"))))

    assert "the object has no name" in failure.message
