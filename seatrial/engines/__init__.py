"""Engines: what evaluates policies and schemas, each behind a seam of one module."""
