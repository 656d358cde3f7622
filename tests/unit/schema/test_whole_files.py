"""Files that hold somebody's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragas_nb.dataset_schema import MetricAnnotation
from ragas_nb.errors import DatasetError
from ragas_nb.metrics import ExactMatch, faithfulness
from ragas_nb.schema.whole_files import read_whole, write_whole


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing gets to the disk."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)


def test_a_name_that_ends_in_gz_is_compressed_and_read_by_what_it_holds(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json.gz", b"text" * 100)
    assert (tmp_path / "a.json.gz").stat().st_size < 100
    (tmp_path / "a.json.gz").rename(tmp_path / "a.json")
    assert read_whole(tmp_path / "a.json") == b"text" * 100


def test_a_link_keeps_pointing_where_it_points(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", b"new")
    assert ((tmp_path / "real").read_bytes(), (tmp_path / "link").is_symlink()) == (b"new", True)


@pytest.mark.usefixtures("full_disk")
def test_an_older_file_stays_when_the_disk_is_full(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"old")
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "kept", b"new")
    assert ([file.name for file in tmp_path.iterdir()], (tmp_path / "kept").read_bytes()) == (
        ["kept"],
        b"old",
    )


def test_annotations_metrics_and_prompts_are_not_lost_to_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    annotations = MetricAnnotation(root={})
    annotations.to_json(tmp_path / "annotations.json")
    ExactMatch().save(tmp_path / "metric.json")
    faithfulness.save_prompts(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    request.getfixturevalue("full_disk")
    for save in (
        lambda: annotations.to_json(tmp_path / "annotations.json"),
        lambda: ExactMatch(name="other").save(tmp_path / "metric.json"),
        lambda: faithfulness.save_prompts(tmp_path),
    ):
        with pytest.raises(Exception, match="No space left"):
            save()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_compressed_annotations_come_back_and_damaged_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "annotations.json.gz"
    MetricAnnotation(root={}).to_json(path)
    assert MetricAnnotation.from_json(path) == MetricAnnotation(root={})
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(DatasetError, match=r"annotations\.json\.gz' is damaged"):
        MetricAnnotation.from_json(path)
