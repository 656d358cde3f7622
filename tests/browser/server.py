"""Servers of notebooks on loopback, apart from the user's settings, and the Chromium that looks at them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from tests.kernel.driver import TRANSPORT

ROOT = Path(__file__).parents[2]
START_S = 60
"""How long a server may take to start; it needs a few seconds."""
STOP_S = 10
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No page can reach another host, whatever it tries.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
Theme = Literal["light", "dark"]
_QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and the folder it serves."""

    url: str
    folder: Path


@contextmanager
def jupyterlab(home: Path) -> Iterator[Server]:
    """Start a JupyterLab that keeps everything it writes below `home`; it ends with the block."""
    folder, port = _folder(home), _free_port()
    app = (
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    )
    with _serving(home, _jupyter("jupyterlab", folder, port, *app), port, "/api/status") as server:
        yield server


@contextmanager
def notebook7(home: Path) -> Iterator[Server]:
    """Start a Jupyter Notebook."""
    folder, port = _folder(home), _free_port()
    command = _jupyter("notebook", folder, port, "--JupyterNotebookApp.expose_app_in_browser=True")
    with _serving(home, command, port, "/api/status") as server:
        yield server


@contextmanager
def voila(home: Path) -> Iterator[Server]:
    """Start a Voila for the notebooks in its folder; each is run when somebody opens it."""
    folder, port = _folder(home), _free_port()
    options = (
        f"--port={port}",
        "--no-browser",
        "--Voila.ip=127.0.0.1",
        f"--KernelManager.transport={TRANSPORT}",
    )
    command = [sys.executable, "-m", "voila", str(folder), *options]
    with _serving(home, command, port, "/voila/tree") as server:
        yield server


@contextmanager
def marimo(home: Path, script: str) -> Iterator[Server]:
    """Start a marimo that shows the app of this script; it is run when somebody opens it."""
    folder, port = _folder(home), _free_port()
    app = folder / "app.py"
    app.write_text(script, encoding="utf-8")
    options = ("--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port))
    command = [sys.executable, "-m", "marimo", "-q", "run", str(app), *options]
    with _serving(home, command, port, "/health") as server:
        yield server


def _folder(home: Path) -> Path:
    folder = home / "notebooks"
    folder.mkdir(parents=True)
    return folder


@contextmanager
def _serving(home: Path, command: Sequence[str], port: int, ready: str) -> Iterator[Server]:
    _write_settings(home / "settings")
    _write_page(home / "config" / "labconfig")
    log = (home / "server.log").open("wb")
    runtime = tempfile.TemporaryDirectory()  # not below `home`: the path of a socket has 107 bytes at most
    folder = home / "notebooks"
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(home, runtime.name),
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, url + ready, home / "server.log")
        yield Server(url, folder)
    finally:
        _stop(process)
        log.close()
        runtime.cleanup()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium that `tools/chromium.py` finds."""
    finder = [sys.executable, str(ROOT / "tools" / "chromium.py")]
    path = subprocess.run(finder, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
        try:
            yield browser
        finally:
            browser.close()


def _jupyter(app: str, folder: Path, port: int, *options: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        app,
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
        f"--ServerApp.root_dir={folder}",
        "--IdentityProvider.token=",
        # Over TCP a kernel's ports are chosen before it starts: another process may take one meanwhile, and a
        # page that had begun to connect never hears of the kernel that is started in its place.
        f"--KernelManager.transport={TRANSPORT}",
        *options,
    ]


def _environment(home: Path, runtime: str) -> Mapping[str, str]:
    """Ours without keys and settings of the user; kernels find this checkout."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "RAGAS_NB_", "JUPYTER"))}
    return kept | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_RUNTIME_DIR": runtime,
        "PYTHONPATH": str(ROOT),
    }


def _write_settings(folder: Path) -> None:
    for plugin, settings in _QUIET.items():
        package, name = plugin.split(":")
        path = folder / package / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")


def _write_page(folder: Path) -> None:
    """Leave the debugger out: it complains when a notebook is closed while it asks for the kernel's state."""
    folder.mkdir(parents=True)
    page = {"disabledExtensions": {"@jupyterlab/debugger-extension": True}}
    (folder / "page_config.json").write_text(json.dumps(page), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(START_S * 10):
        try:
            with urllib.request.urlopen(url, timeout=START_S):
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"No answer from {url} within {START_S} s:\n{log.read_text(errors='replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels: their process group, which we made."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, order)
            process.wait(STOP_S)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return
