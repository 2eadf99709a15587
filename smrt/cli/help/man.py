"""The man page of a command, in the roff macros of man(7)."""

from collections.abc import Iterable, Iterator, Mapping

from smrt import __version__
from smrt.invoke.option_table import Row

from .page import Example, Page, grouped
from .reference import ENVIRONMENT, FILES, LIMITS, OWN_LIMITS, PERMISSIONS, STATUSES

ROOT = "smrt"
DIFFERENCES = "smrt-differences"


def man_page(page: Page) -> str:
    """The source of a man page; the one of smrt also lists the environment and the files."""
    is_root = page.name == ROOT
    lines = [
        *_head(name(page), 1, page.summary),
        *_synopsis(page),
        ".SH DESCRIPTION",
        *_paragraphs((page.summary, *page.text)),
        *_list("COMMANDS", page.commands),
        *_options("global options", page.anywhere),
        *(line for title, rows in grouped(page.rows) for line in _options(title, rows)),
        *_list("METADATA", page.fields),
        *_list("LIMITS OF THE SERVICE", LIMITS.get(page.name, {})),
        *_list("IAM PERMISSIONS", PERMISSIONS.get(page.name, {})),
        *_reference(page, is_root=is_root),
        *_examples(page.examples),
        *_see_also(page, is_root=is_root),
    ]
    return "".join(f"{line}\n" for line in lines)


def name(page: Page) -> str:
    """The name of the man page, such as smrt-local-run."""
    return page.name.replace(" ", "-")


def differences(rows: Iterable[tuple[str, str, str, str]], summary: str) -> str:
    """The man page of differences from the AWS CLI; `rows` have topic, aws, smrt and reason."""
    lines = [*_head(DIFFERENCES, 7, summary), ".SH DESCRIPTION", *_paragraphs((summary,))]
    for topic, aws, smrt, why in rows:
        lines += [".SS " + _quoted(topic[0].upper() + topic[1:])]
        for label, text in (("aws", aws), ("smrt", smrt), ("Reason", why)):
            lines += [".TP 6", f".B {label}", *_escaped(text[0].upper() + text[1:] + ".")]
    return "".join(f"{line}\n" for line in [*lines, ".SH SEE ALSO", ".BR smrt (1)"])


LONGEST_HEADER = 36
"""Characters of a title that fits twice in a line."""


def _head(title: str, section: int, summary: str) -> Iterator[str]:
    """No date: a page changes only with its text. No hyphenation: commands can be copied."""
    version = f"smrt {__version__}"
    header = title if len(title) <= LONGEST_HEADER else "smrt"  # it is printed twice in a line
    yield f'.TH {_quoted(header.upper())} {section} "" {_quoted(version)} "Manual of smrt"'
    yield from (
        ".nh",
        ".ad l",
        ".SH NAME",
        f"{_roff(title)} \\- {_roff(summary[0].lower() + summary[1:-1])}",
    )


def _synopsis(page: Page) -> Iterator[str]:
    yield from (".SH SYNOPSIS", f".B {_roff(page.name)}")
    yield from (_roff(word).replace(" ", "\\ ") for word in page.usage)


def _options(title: str, rows: Iterable[Row]) -> Iterator[str]:
    rows = [row for row in rows if row.help]
    if rows:
        yield f".SH {_quoted(title.upper())}"
    for row in rows:
        yield from (".TP", " ".join(filter(None, (_bold(row.spellings), _italic(row.metavar)))))
        yield from _escaped(row.help)
        if row.terms:
            yield from _escaped(f"{row.terms[0].upper()}{row.terms[1:]}.")


def _list(title: str, pairs: Mapping[str, str]) -> Iterator[str]:
    if pairs:
        yield f".SH {_quoted(title)}"
    for label, text in pairs.items():
        yield from (".TP", _bold(label), *_escaped(text))


def _reference(page: Page, *, is_root: bool) -> Iterator[str]:
    if page.is_group and not is_root:
        return
    statuses = {code: text for code, text in STATUSES.items() if is_root or _applies(text, page)}
    yield from _list("EXIT STATUS", {str(int(code)): text for code, text in statuses.items()})
    if is_root:
        yield from _list("LIMITS", OWN_LIMITS)
        yield from _list("ENVIRONMENT", ENVIRONMENT)
        yield from _list("FILES", FILES)
    else:
        yield from (".SH ENVIRONMENT AND FILES", "See", ".BR smrt (1).")


def _examples(examples: Iterable[Example]) -> Iterator[str]:
    for number, (title, line) in enumerate(examples):
        yield from ((".PP",) if number else (".SH EXAMPLES",))
        yield from (*_escaped(f"{title}:"), ".PP", ".nf")
        yield from (_roff(command) for command in line.split("\n"))
        yield ".fi"


def _applies(text: str, page: Page) -> bool:
    """Whether a status is one of this command; some name the command that they are of."""
    command, colon, _ = text.partition(":")
    is_of_one = colon and command.startswith(f"{ROOT} ")
    return not is_of_one or f"{page.name} ".startswith(f"{command} ")


def _see_also(page: Page, *, is_root: bool) -> Iterator[str]:
    children = [f"{name(page)}-{command}" for command in page.commands]
    parents = [] if is_root else [name(page).rpartition("-")[0] if " " in page.name[5:] else ROOT]
    pages = [*((title, 1) for title in (*parents, *children)), (DIFFERENCES, 7)]
    yield ".SH SEE ALSO"
    for number, (title, section) in enumerate(pages, 1):
        yield f".BR {_roff(title)} ({section})" + ("," if number < len(pages) else "")


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    for number, paragraph in enumerate(texts):
        yield from ((".PP",) if number else ())
        yield from _escaped(paragraph)


def _escaped(paragraph: str) -> list[str]:
    """A paragraph for roff, each sentence on its own line, as roff expects."""
    return _roff(paragraph).replace(". ", ".\n").replace("; ", ";\n").split("\n")


def _roff(line: str) -> str:
    """Escape the characters of `line` that are special in roff."""
    line = line.replace("\\", "\\e").replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti")
    line = line.replace("'", "\\(aq").replace("`", "\\(ga")
    return "\\&" + line if line.startswith((".", "'")) else line


def _quoted(word: str) -> str:
    return '"' + _roff(word) + '"'


def _bold(word: str) -> str:
    return f"\\fB{_roff(word)}\\fR" if word else ""


def _italic(word: str) -> str:
    return f"\\fI{_roff(word)}\\fR" if word else ""
