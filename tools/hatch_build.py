"""The build hook: makes sure that what is packed or installed carries an up-to-date front end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatch_jupyter_builder.utils import ensure_targets, npm_builder
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import node  # noqa: E402  (a sibling, found through the line above)

STATIC = ROOT / "ragas_nb" / "notebook" / "static"
TARGETS = [STATIC / "widget.js", STATIC / "widget.css", STATIC / "offline.js"]


def sources() -> list[Path]:
    """The files that the bundle is made from."""
    inputs = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / "js" / "build.mjs"]
    return inputs + [path for path in (ROOT / "js" / "src").rglob("*") if path.is_file()]


def is_built() -> bool:
    """Whether the bundle is there and no source is newer; a source distribution always brings its bundle."""
    if not all(target.exists() for target in TARGETS):
        return False
    if (ROOT / "PKG-INFO").exists():
        return True
    oldest = min(target.stat().st_mtime for target in TARGETS)
    return all(source.stat().st_mtime <= oldest for source in sources())


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the front end where it is missing or stale, with Node from PyPI where the system has none."""

    def dependencies(self) -> list[str]:
        """What pip must fetch before the build."""
        return [] if is_built() or node.system_npm() else [node.WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds; an editable install without a front end is allowed to skip it."""
        if not is_built():
            npm = node.system_npm() or node.wheel_npm()
            if npm is None:
                message = f"the front end needs Node >= {node.OLDEST}: install it, or {node.WHEEL} from PyPI"
                raise RuntimeError(message)
            node.put_node_first(npm)
            npm_builder(self.target_name, version, path=str(ROOT), npm=npm)
        if version == "standard":
            ensure_targets([str(target) for target in TARGETS])
