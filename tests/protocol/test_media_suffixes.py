"""Content types by suffix."""

import pytest

from smrt.protocol.media_suffixes import content_type_by_suffix


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.csv", "text/csv"),
        ("folder/a.json", "application/json"),
        ("a.JPG", "image/jpeg"),
        ("a.npy", "application/x-npy"),
        ("a.txt", "text/plain"),
        ("a", None),
        ("a.unknown", None),
        ("a.csv.gz", None),
    ],
)
def test_the_suffix_of_a_file_defines_its_content_type(name: str, content_type: str | None) -> None:
    assert content_type_by_suffix(name) == content_type
