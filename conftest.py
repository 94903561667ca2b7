"""Steps of the acceptance features, known to every pytest run in this tree."""

from __future__ import annotations

pytest_plugins = ["features.steps.rules", "features.steps.objectives", "features.steps.cluster"]
