"""Manifests before the real API server: accepted, admitted, scheduled, ready."""
