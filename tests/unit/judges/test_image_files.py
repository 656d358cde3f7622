"""Image files: those below the folders that the user named, and none else."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

import pytest

from ragas_nb.judges.images.contexts import Permissions
from ragas_nb.judges.images.files import collapsed, is_below
from ragas_nb.judges.images.image import MAX_BYTES
from tests.loopback.image_server import JPEG, PNG
from tests.unit.judges.picturing import content_of, loaded, refusal


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `images` in the working directory, with one image; another one outside of it."""
    images = tmp_path / "images"
    (images / "cats").mkdir(parents=True)
    (images / "cats" / "my cat.PNG").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(JPEG)
    monkeypatch.chdir(tmp_path)
    return Path("images")


async def test_path_stays_text_without_a_folder(folder: Path, tmp_path: Path) -> None:
    contexts = ["images/cats/my cat.PNG", "secret.png", f"{tmp_path}/secret.png", "file:///etc/cat.png"]
    assert [await loaded(context) for context in contexts] == contexts


@pytest.mark.parametrize(
    "context",
    [
        "images/cats/my cat.PNG",
        "cats/my cat.PNG",
        "{}/images/cats/my cat.PNG",
        " images/../images/./cats/my cat.PNG\n",
    ],
)
async def test_file_below_an_allowed_folder_is_loaded(context: str, folder: Path, tmp_path: Path) -> None:
    for folders in ((folder,), (Path("none"), tmp_path / folder)):
        assert content_of(await loaded(context.format(tmp_path), Permissions(folders))) == PNG


async def test_folder_above_the_notebook_can_be_allowed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "cats")
    image = await loaded("../../images/cats/my cat.PNG", Permissions((Path("../../images"),)))
    assert content_of(image) == PNG


@pytest.mark.parametrize(
    "context",
    [
        "secret.png",
        "../secret.png",
        "images/../secret.png",
        "images/cats/../../secret.png",
        "{}/secret.png",
        "{}/images/../secret.png",
        "{}/images-of-others/cat.png",
        "/etc/cat.png",
        "//server/share/cat.png",
        "../../../../../../../../etc/cat.png",
        "~/cat.png",
        "file://{}/secret.png",
        "C:\\secret.png",
        "\\\\server\\share\\cat.png",
        "cat\0.png",
    ],
)
async def test_file_outside_of_the_allowed_folders_is_never_opened(
    context: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda *told: opened.append(told))
    context = context.format(tmp_path)
    said = await refusal(context, Permissions((folder,)))
    assert said.endswith(("it lies outside allowed_folders.", "there is no such file below allowed_folders."))
    assert opened == []


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("a.png", True),
        ("A\\..\\b.png", True),
        ("C:a.png", True),
        ("c:\\DATA\\images\\a.png", True),
        ("..\\a.png", False),
        ("D:a.png", False),
        ("D:\\data\\images\\a.png", False),
        ("\\a.png", False),
        ("\\\\server\\share\\a.png", False),
        ("//server/data/images/a.png", False),
        ("\\\\?\\C:\\data\\images\\a.png", False),
        ("\\\\.\\pipe\\a.png", False),
    ],
)
def test_forms_of_windows_paths_do_not_lead_out(name: str, below: bool) -> None:
    folder = PureWindowsPath("C:\\data\\images")
    assert is_below(collapsed(folder / name), folder) == below


@pytest.mark.parametrize("target", ["../secret.png", "/dev/zero", "{}/secret.png"])
async def test_link_out_of_the_folder_is_not_followed(target: str, folder: Path, tmp_path: Path) -> None:
    (folder / "link.png").symlink_to(target.format(tmp_path))
    assert (await refusal("link.png", Permissions((folder,)))).endswith(
        "a link leads out of allowed_folders."
    )


async def test_file_below_a_linked_folder_is_not_loaded(folder: Path, tmp_path: Path) -> None:
    (folder / "up").symlink_to(tmp_path)
    assert (await refusal("up/secret.png", Permissions((folder,)))).endswith(
        "a link leads out of allowed_folders."
    )


async def test_link_within_the_folder_is_followed_and_so_is_one_that_is_the_folder(folder: Path) -> None:
    (folder / "link.png").symlink_to("cats/my cat.PNG")
    (folder.parent / "alias").symlink_to("images")
    assert content_of(await loaded("link.png", Permissions((folder,)))) == PNG
    assert content_of(await loaded("alias/link.png", Permissions((Path("alias"),)))) == PNG


async def test_circle_of_links_is_no_file(folder: Path) -> None:
    (folder / "a.png").symlink_to("b.png")
    (folder / "b.png").symlink_to("a.png")
    assert (await refusal("a.png", Permissions((folder,)))).endswith(
        "there is no such file below allowed_folders."
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
async def test_what_is_no_regular_file_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "folder.png").mkdir()
    for name in ("pipe.png", "folder.png"):
        assert (await refusal(name, Permissions((folder,)))).endswith("it is no regular file.")


async def test_file_that_is_huge_or_no_image_is_refused(folder: Path) -> None:
    with (folder / "huge.png").open("wb") as file:
        file.write(PNG)
        file.truncate(MAX_BYTES + 1)
    (folder / "text.png").write_text("root:x:0:0")
    permissions = Permissions((folder,))
    assert (await refusal("huge.png", permissions)) == (
        "context 1 ('huge.png') cannot be shown to the judge: it is larger than 10 MB."
    )
    assert (await refusal("text.png", permissions)).endswith(
        "its content is no PNG, JPEG, GIF or WebP image."
    )


async def test_sentence_that_ends_like_a_path_stays_text(folder: Path) -> None:
    for text in ("The cat is in images/none.png", "Look at /etc/cat.png"):
        assert await loaded(text, Permissions((folder,))) == text
