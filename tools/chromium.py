"""Prints the path of a Chromium for the browser tests; installs one where there is none.

    CHROMIUM="$(python tools/chromium.py)"

Looked for in this order: the environment variable CHROMIUM, the PATH, Playwright's own. Installed as Debian's
package where that is possible (as root, with apt-get), otherwise as Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core")


def named_browser() -> str | None:
    """The browser that the environment variable CHROMIUM names; a wrong name ends the program."""
    named = os.environ.get("CHROMIUM")
    if not named:
        return None
    found = shutil.which(named)
    if found is None:
        sys.exit(f"CHROMIUM is set to {named!r}, which cannot be run; unset it, or name a Chromium.")
    return found


def browser_on_path() -> str | None:
    """The first Chromium or Chrome on PATH."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def playwright_browser() -> str | None:
    """Playwright's own Chromium, if it was installed before."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def succeeds(*command: str) -> bool:
    """Whether a command runs and ends well; what it prints goes to stderr, and it asks nothing."""
    print("+", *command, file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment, check=False)
    return done.returncode == 0


def install_debian_package() -> str | None:
    """Installs Debian's Chromium and a font; None where this is not Debian or we are not root."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    install = ("apt-get", "install", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES)
    if succeeds("apt-get", "update") and succeeds(*install):
        return browser_on_path()
    return None


def install_playwright_browser() -> str | None:
    """Installs Playwright's own Chromium into the user's cache."""
    if succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
        return playwright_browser()
    return None


def main() -> int:
    """Prints the path, or says what to do and returns 1."""
    found = named_browser() or browser_on_path() or playwright_browser()
    found = found or install_debian_package() or install_playwright_browser()
    if found is None:
        print(
            "No Chromium was found and none could be installed. Install it (Debian: apt-get install "
            "chromium), or set CHROMIUM to the path of a Chromium or Chrome.",
            file=sys.stderr,
        )
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
