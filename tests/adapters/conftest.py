"""Tests with the packages whose metrics are adapted; `make test-adapters` has an environment for them.

Where a package is not installed, its tests are not collected.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

os.environ |= {
    "RAGAS_DO_NOT_TRACK": "true",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "DEEPEVAL_CACHE_FOLDER": ".pytest_cache/deepeval",
    "XDG_DATA_HOME": ".pytest_cache/ragas",
}

collect_ignore = [
    f"test_{package}.py"
    for package in ("autoevals", "deepeval", "phoenix", "ragas")
    if find_spec(package) is None
]
