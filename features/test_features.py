"""Binds every scenario below this folder to its steps."""

from __future__ import annotations

from pytest_bdd import scenarios

scenarios(".")
