"""One Chromium per worker: with a JupyterLab and one notebook with a kernel per test, or with a bare host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.bare import BareHost, bare_host
from tests.browser.lab import Notebook, load, write_notebook
from tests.browser.server import Server, chromium, jupyterlab
from tests.browser.watch import Watch

PATIENCE_MS = 30_000
"""How long a test waits for what must come; only a fault makes it wait that long."""
SETUP = """import os
os.environ["RAGAS_NB_STORE"] = "{store}"
import ragas_nb as rnb
from tests.browser.scenes import *"""
"""Every notebook has a store of its own: no test goes on with the runs of another."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab for all tests of a worker."""
    with jupyterlab(tmp_path_factory.mktemp("lab")) as running:
        yield running


# No longer than the tests of this folder: while Playwright runs, no asyncio test can run in the same process.
@pytest.fixture(scope="package")
def context() -> Iterator[BrowserContext]:
    """A browser without memory of earlier ones."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1250, "height": 1300})
        context.set_default_timeout(PATIENCE_MS)
        yield context
        context.close()


@pytest.fixture(scope="package")
def lab(context: BrowserContext, server: Server) -> Iterator[Watch]:
    """A page with JupyterLab: to load it takes longer than most tests, so they share it."""
    watch = Watch(context.new_page(), server.url)
    load(watch.page, server)
    yield watch
    watch.page.close()


@pytest.fixture
def watch(lab: Watch) -> Iterator[Watch]:
    """What goes wrong in the page during a test; the test fails if anything does."""
    lab.troubles.clear()
    yield lab
    assert lab.troubles == []


@pytest.fixture
def notebook(watch: Watch, server: Server, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook with a fresh kernel, in which `rnb` and the scenes are imported."""
    name = f"{request.node.name}.ipynb"
    write_notebook(server, name)
    notebook = Notebook(watch.page, server, name)
    notebook.open()
    notebook.run(SETUP.format(store=f"{request.node.name}.sqlite"))
    yield notebook
    notebook.close()


@pytest.fixture(scope="package")
def bare() -> Iterator[BareHost]:
    """A host that knows nothing but anywidget's contract."""
    with bare_host() as host:
        yield host


@pytest.fixture
def host(bare: BareHost) -> Iterator[BareHost]:
    """The same; what a test shows in it ends with the test."""
    yield bare
    bare.end()


@pytest.fixture
def blank(context: BrowserContext, host: BareHost) -> Iterator[Watch]:
    """A page of its own for the bare host; the test fails if anything goes wrong in it."""
    watch = Watch(context.new_page(), host.url)
    yield watch
    watch.page.close()
    assert watch.troubles == []
