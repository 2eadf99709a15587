"""The version of the code, the changelog and the tag of the commit agree."""

import pytest

from smrt import __version__
from tests.tools import release
from tests.tools.changelog import UNRELEASED, parse, problems

LOG = """\
# Changelog

What users see.

## [Unreleased]

### Added

- Batches.

### Security

- Masks.

## [0.2.0] - 2026-11-21

The first release.

### Added

- Streams,
  of events.

### Fixed

- A bug.
"""


def test_the_changelog_the_version_and_the_tag_agree() -> None:
    log = parse(release.CHANGELOG.read_text(encoding="utf-8"))
    assert [*problems(log, __version__, release.tags("--points-at", "HEAD"))] == []


def test_a_changelog_is_parsed_without_loss() -> None:
    text = release.CHANGELOG.read_text(encoding="utf-8")
    assert str(parse(text)) == text
    assert str(parse(LOG)) == LOG


def test_unreleased_entries_become_a_section() -> None:
    log = parse(LOG).released("0.3.0", "2026-12-01")
    assert [section.version for section in log.sections] == [UNRELEASED, "0.3.0", "0.2.0"]
    assert not log.sections[0].has_entries
    assert list(log.sections[0].groups) == ["Added", "Changed", "Fixed"]
    assert log.sections[1].groups == {"Added": "- Batches.", "Security": "- Masks."}
    assert parse(str(log)) == log


def test_entries_are_added_to_a_section_that_is_not_tagged_yet() -> None:
    log = parse(LOG).released("0.2.0", "2026-12-01")
    assert [(section.version, section.date) for section in log.sections] == [
        (UNRELEASED, ""),
        ("0.2.0", "2026-12-01"),
    ]
    assert log.sections[1].introduction == "The first release."
    assert log.sections[1].groups == {
        "Added": "- Streams,\n  of events.\n- Batches.",
        "Fixed": "- A bug.",
        "Security": "- Masks.",
    }


@pytest.mark.parametrize(
    ("text", "version", "tags", "expected"),
    [
        (LOG, "0.2.0", [], []),
        (LOG, "0.3.0", [], ["the newest section is [0.2.0], the version 0.3.0"]),
        (
            LOG,
            "0.2.0",
            ["v0.2.0"],
            ["the commit has the tag v0.2.0, but its changes are not in [0.2.0]"],
        ),
        (str(parse(LOG).released("0.2.0", "2026-11-21")), "0.2.0", ["v0.2.0"], []),
        (
            str(parse(LOG).released("0.2.0", "2026-11-21")),
            "0.2.0",
            ["v0.2.1"],
            ["the commit has the tag v0.2.1, the version is 0.2.0"],
        ),
        (LOG.replace(" - 2026-11-21", ""), "0.2.0", [], ["[0.2.0] has no date"]),
        (LOG.replace("2026-11-21", "21.11.2026"), "0.2.0", [], ["[0.2.0] has no date"]),
        (
            LOG + "\n## [0.10.0] - 2026-11-22\n",
            "0.2.0",
            [],
            ["the versions are not in order: 0.2.0, 0.10.0"],
        ),
        (
            LOG.partition("## [0.2.0]")[0].replace("Unreleased", "0.2.0"),
            "0.2.0",
            [],
            ["the first section is [0.2.0], not [Unreleased]"],
        ),
    ],
)
def test_what_disagrees_is_reported(
    text: str, version: str, tags: list[str], expected: list[str]
) -> None:
    assert [*problems(parse(text), version, tags)] == expected


def test_the_version_is_set_in_one_line() -> None:
    code = release.CODE.read_text(encoding="utf-8")
    assert release.with_version(code, __version__) == code
    assert '\n__version__ = "9.8.7"\n' in release.with_version(code, "9.8.7")


@pytest.mark.parametrize("arguments", [[], ["0.2"], ["v0.2.0"], ["0.2.0", "0.3.0"]])
def test_a_version_has_three_numbers(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="VERSION=0"):
        release.main(arguments)
