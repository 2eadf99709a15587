"""CHANGELOG.md as sections by version, with groups of entries: Added, Changed, Fixed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

UNRELEASED = "Unreleased"
GROUPS = ("Added", "Changed", "Fixed")
"""The groups of an empty section: entries are added to them."""
_SECTION = re.compile(r"^## \[(.+?)\](?: - (.+))?\n", re.MULTILINE)
_GROUP = re.compile(r"^### (.+)\n", re.MULTILINE)


class Section(NamedTuple):
    """The entries of a version: an introduction, and the text of each group by its title."""

    version: str
    date: str
    introduction: str
    groups: dict[str, str]

    @property
    def has_entries(self) -> bool:
        """Whether the section has any text."""
        return bool(self.introduction or any(self.groups.values()))

    def __str__(self) -> str:
        title = f"## [{self.version}]" + (f" - {self.date}" if self.date else "")
        blocks = [title, self.introduction]
        for name, text in self.groups.items():
            blocks += [f"### {name}", text]
        return "\n\n".join(filter(None, blocks))


class Changelog(NamedTuple):
    """A preamble, and the sections, newest first."""

    preamble: str
    sections: list[Section]

    def __str__(self) -> str:
        return "\n\n".join((self.preamble, *map(str, self.sections))) + "\n"

    def released(self, version: str, day: str) -> "Changelog":
        """The changelog with the unreleased entries in the section of `version`."""
        unreleased, *rest = self.sections
        same = [section for section in rest if section.version == version]
        older = [section for section in rest if section.version != version]
        empty = Section(UNRELEASED, "", "", dict.fromkeys(GROUPS, ""))
        new = _merged([*same, unreleased])._replace(version=version, date=day)
        return self._replace(sections=[empty, new, *older])


def parse(text: str) -> Changelog:
    """Parse the text of a changelog."""
    preamble, *rest = _SECTION.split(text)
    fields = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    return Changelog(preamble.strip(), [_section(*each) for each in fields])


def problems(log: Changelog, version: str, tags: Sequence[str]) -> Iterator[str]:
    """Report where the changelog, the version of the code and the tags of its commit disagree."""
    unreleased, *released = log.sections
    names = [section.version for section in released]
    if unreleased.version != UNRELEASED:
        yield f"the first section is [{unreleased.version}], not [{UNRELEASED}]"
    if names and names[0] != version:
        yield f"the newest section is [{names[0]}], the version {version}"
    if sorted(names, key=_numbers, reverse=True) != names:
        yield f"the versions are not in order: {', '.join(names)}"
    yield from (f"[{each.version}] has no date" for each in released if not _is_date(each.date))
    for tag in tags:
        if tag != f"v{version}":
            yield f"the commit has the tag {tag}, the version is {version}"
        if unreleased.has_entries or version not in names:
            yield f"the commit has the tag {tag}, but its changes are not in [{version}]"


def _section(version: str, day: str | None, text: str) -> Section:
    introduction, *rest = _GROUP.split(text)
    groups = zip(rest[::2], rest[1::2], strict=True)
    texts = {name: body.strip("\n") for name, body in groups}
    return Section(version, day or "", introduction.strip("\n"), texts)


def _merged(sections: Iterable[Section]) -> Section:
    """One section with the entries of `sections`, in their order, and no empty group."""
    introductions, groups = [], dict.fromkeys(GROUPS, "")
    for section in sections:
        introductions.append(section.introduction)
        for name, text in section.groups.items():
            groups[name] = "\n".join(filter(None, (groups.get(name), text)))
    texts = {name: text for name, text in groups.items() if text}
    return Section("", "", "\n\n".join(filter(None, introductions)), texts)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
