"""Manifests as data: loading, rendering, positions, quantities, inventory, declared intent, verdicts."""
