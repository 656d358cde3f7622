"""The widget as a person finds it: by roles, names and words."""

from __future__ import annotations

from dataclasses import dataclass
from re import Pattern

from playwright.sync_api import Locator


@dataclass(frozen=True, slots=True)
class Widget:
    """One view of a run."""

    root: Locator

    @property
    def header(self) -> Locator:
        """State, counts, time, tokens and cost."""
        return self.root.locator("header")

    @property
    def progress(self) -> Locator:
        """The progress bar."""
        return self.root.get_by_role("progressbar")

    @property
    def cancel(self) -> Locator:
        """The button that ends the run."""
        return self.root.get_by_role("button", name="Cancel")

    def button(self, name: str | Pattern[str]) -> Locator:
        """A button, by its name."""
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def notices(self) -> Locator:
        """What a person should know besides the numbers."""
        return self.root.get_by_role("status", name="Notices").get_by_role("paragraph")

    @property
    def grid(self) -> Locator:
        """The table of samples."""
        return self.root.get_by_role("grid")

    @property
    def panel(self) -> Locator:
        """The open row's panel."""
        return self.root.get_by_role("complementary")

    def card(self, metric: str) -> Locator:
        """A metric's card."""
        return self.root.get_by_role("region", name="Metrics").get_by_role("region", name=metric, exact=True)

    def bins(self, metric: str) -> list[str]:
        """What each bar of a metric's histogram says."""
        bars = self.card(metric).get_by_role("option").all()
        return [bar.get_attribute("aria-label") or "" for bar in bars]

    def row(self, sample_id: str) -> Locator:
        """A sample's row in the grid."""
        head = self.root.page.get_by_role("rowheader", name=sample_id, exact=True)
        return self.grid.get_by_role("row").filter(has=head)

    def cells(self, sample_id: str) -> Locator:
        """The cells of a sample's row, without its id and the signs of a person: texts, scores, cost."""
        return self.row(sample_id).locator("[role=gridcell]:not(.rnb-mark)")

    def open(self, sample_id: str) -> Locator:
        """Click a row; its panel."""
        self.row(sample_id).get_by_role("rowheader").click()
        return self.root.get_by_role("complementary", name=f"Row {sample_id}", exact=True)

    def state(self, word: str) -> Locator:
        """The run's state, if it is this one."""
        return self.header.get_by_text(word, exact=True)
