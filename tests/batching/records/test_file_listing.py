"""A folder is listed once; each file is a record, if it is still the file that was listed."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from smrt.batching.records.data_options import DataOptions
from smrt.batching.records.file_listing import FileListing, read_listed, write_listing
from smrt.batching.records.record import RecordError
from smrt.batching.records.source import Source, open_files, sends_files
from smrt.errors import UsageError

from .sources import everything


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    for name in ("b/2.png", "b/1.JPG", "a.npy", "c", ".DS_Store", ".git/config", "d.csv.gz"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def listed(path: Path) -> tuple[FileListing, list[str]]:
    file = BytesIO()
    listing = write_listing(str(path), file)
    return listing, [read_listed(line).name for line in file.getvalue().splitlines()]


def opened(folder: Path, **options: Any) -> Source:
    listing = folder.parent / "listing"
    with listing.open("wb") as file:
        write_listing(str(folder), file)
    return open_files(str(listing), str(folder), DataOptions(**options))


def test_files_are_listed_in_order_without_hidden_ones(folder: Path) -> None:
    listing, names = listed(folder)
    assert names == ["a.npy", "b/1.JPG", "b/2.png", "c", "d.csv.gz"]
    assert listing == FileListing(5, sum(len(name) for name in names), 2)


def test_a_file_is_a_list_of_one_even_a_hidden_one(folder: Path) -> None:
    assert listed(folder / "b" / "1.JPG")[1] == ["1.JPG"]
    assert listed(folder / ".DS_Store")[1] == [".DS_Store"]


def test_links_are_followed_but_not_in_circles(folder: Path) -> None:
    (folder / "b" / "up").symlink_to(folder)
    (folder / "e").symlink_to(folder / "b")
    (folder / "broken").symlink_to("nowhere")
    assert [name for name in listed(folder)[1] if name.startswith("e/")] == ["e/1.JPG", "e/2.png"]


def test_a_folder_that_is_not_there_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be listed: No such file or directory"):
        listed(tmp_path / "none")


def test_each_file_is_sent_as_it_is_with_the_type_of_its_suffix(folder: Path) -> None:
    records: list[Any] = everything(opened(folder))
    assert [(r.record_id, r.body, r.parameters["ContentType"], r.source) for r in records] == [
        ("a.npy", b"a.npy", "application/x-npy", b""),
        ("b/1.JPG", b"b/1.JPG", "image/jpeg", b""),
        ("b/2.png", b"b/2.png", "image/png", b""),
        ("c", b"c", "application/octet-stream", b""),
        ("d.csv.gz", b"d.csv.gz", "application/octet-stream", b""),
    ]
    assert len({record.offset for record in records}) == len(records)


def test_the_content_type_of_the_command_line_is_that_of_all(folder: Path) -> None:
    records: list[Any] = everything(opened(folder, content_type="image/png"))
    assert [record.parameters for record in records] == [{}] * 5


def test_partitions_and_limit_are_those_of_the_list(folder: Path) -> None:
    source = opened(folder, limit=4)
    layout = source.layout(size=50)
    read = [each.record_id for part in layout.all_partitions() for each in source.read(part)]
    assert (layout.partitions > 1, read) == (True, ["a.npy", "b/1.JPG", "b/2.png", "c"])


@pytest.mark.parametrize("change", ["rewrite", "touch", "remove", "replace by a folder"])
def test_a_file_that_has_changed_is_not_sent(folder: Path, change: str) -> None:
    source = opened(folder)
    path = folder / "c"
    if change == "rewrite":
        path.write_bytes(b"longer")
    elif change == "touch":
        os.utime(path, ns=(1, 1))
    else:
        path.unlink()
        if change != "remove":
            path.mkdir()
    errors = [each for each in everything(source) if isinstance(each, RecordError)]
    assert [(error.record_id, error.code) for error in errors] == [("c", "InputChanged")]


def test_a_file_that_no_operation_accepts_is_an_error(folder: Path) -> None:
    with (folder / "c").open("wb") as file:
        file.truncate(33 << 20)
    errors = [each for each in everything(opened(folder)) if isinstance(each, RecordError)]
    assert [(error.record_id, error.code) for error in errors] == [("c", "RecordTooLarge")]


def test_a_name_that_is_no_unicode_is_kept(folder: Path) -> None:
    name = os.fsdecode(b"\xff.png")
    try:
        (folder / name).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system has Unicode names only")
    records: list[Any] = everything(opened(folder))
    assert (records[-1].record_id, records[-1].body) == (name, b"x")


def test_the_split_type_decides_whether_files_are_sent(folder: Path) -> None:
    whole, lines = DataOptions(split_type="None"), DataOptions(split_type="Line")
    assert sends_files(str(folder), DataOptions())
    assert sends_files(str(folder), whole)
    assert sends_files(str(folder / "c"), whole)
    assert not sends_files(str(folder / "c"), DataOptions())
    assert not sends_files(str(folder / "c"), lines)
    with pytest.raises(UsageError, match="reads the lines of one file"):
        sends_files(str(folder), lines)


@pytest.mark.parametrize(
    "options",
    [
        {"batch_strategy": "MultiRecord"},
        {"join_source": "Input"},
        {"input_filter": "$[1:]"},
        {"header": "skip"},
    ],
)
def test_whole_files_have_no_lines(folder: Path, options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="needs records that are lines"):
        opened(folder, **options)
