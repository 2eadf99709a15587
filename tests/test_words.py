"""Help, docs and README use the words of AWS, HTTP, curl and gh."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
import pytest

from smrt.cli import help_option
from smrt.cli.help.differences import DIFFERENCES
from smrt.cli.help.page import Page
from smrt.cli.help.reference import ENVIRONMENT, FILES, LIMITS, OWN_LIMITS, PERMISSIONS, STATUSES
from smrt.cli.main import commands
from tests.support.project import PACKAGE, ROOT

INSTEAD = {
    r"answer(s|ed|ing)?|repl(y|ies|ied)": "response, result",
    r"told|tells?|telling": "print, report, log, show",
    r"given|gave|gives?": "the option or parameter itself, return",
    r"found": "match, or what it is",
    r"held|kept|keeps?": "save, buffer, cache, stay",
    r"wish(ed|es)?": "want, request, enable",
    r"looks?": "poll",
    r"pieces?|parts?": "chunks",
    r"places?": "location, path",
    r"address(es)?": "endpoint URL, URL, host",
    r"begun|began|begins?": "start",
    r"flaws?|troubles?|faults?|complain(s|ts?)?": "error, failure, cause",
    r"draws?|drawn": "random",
    r"patience": "seconds to wait",
    r"(on|to) (this|the) machine": "locally",
    r"reader|went away": "broken pipe",
    r"says? no|refuses?|refused": "return an error, reject",
    r"who signs|(the|its|your|no|bad) keys?|keys (of|need)": "credentials",
    r"shall": "should, will",
    r"ours?(elves)?|we|us": "smrt",
    r"(?-i:I(?!/O)|My)|one's": "you",
    r"heed(s|ed)?|honou?rs?|honou?red": "use, support, ignore",
    r"nobody|somebody": "the user, nothing",
    r"in silence|rubbish|takes? up|for ever|lacks?|suffices?": "plain words",
    r"colou?rs (of|in)|colour(s|ed)?|behaviours?|favour\w*|licence|cent(re|imetres)|grey"
    r"|recognis\w+|initialis\w+|serialis\w+": "American spelling",
}
"""Patterns of words, and what to write instead: a pattern matches whole words, in any case."""

EXCEPTIONS = (
    r"access keys?( IDs?)?|secret (access )?keys?|object keys?|API keys?",
    r"IP address(es)?",
    r"not found",
    r"connection refused",
    r"Keep a Changelog",
    r"in place( of)?|takes? place",
    r"request \(keep|skip, keep",  # a value of --csv-header
)
"""Terms of the field that contain such words."""

AWS_SENTENCES = (
    r"Unable to locate credentials\.[^\n]*",
    r"Partial credentials found in [^\n]*",
    r"argument [^\n]*: Found invalid choice [^\n]*",
    r"An error occurred \([^\n]*",
    r"The config profile \([^\n]*",
    r"Connection was closed before we received [^\n]*",
    r"The request signature we calculated [^\n]*",
)
"""Sentences of the AWS CLI, which do not change."""


def offenses(text: str) -> list[str]:
    """The words in `text` that are not the field's, each with its replacement."""
    for sentence in AWS_SENTENCES:
        text = re.sub(sentence, " ", text)
    for term in EXCEPTIONS:
        text = re.sub(rf"\b({term})\b", " ", text, flags=re.IGNORECASE)
    return [
        f"{match[0]!r}: write {instead}"
        for pattern, instead in INSTEAD.items()
        for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, re.IGNORECASE)
    ]


def prose(markdown: str) -> str:
    """The text of a page without code and link targets."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->", " ", text)


def page_words(page: Page) -> Iterator[str]:
    """The texts in the help and man page of a command."""
    yield from (page.summary, *page.text, *page.commands.values(), *page.fields.values())
    yield from (row.help for row in (*page.rows, *page.anywhere))
    yield from (title for title, _ in page.examples)


def reference_words() -> Iterator[str]:
    """The texts that only man pages have."""
    yield from (text for row in DIFFERENCES for text in row)
    for table in (ENVIRONMENT, FILES, OWN_LIMITS, *LIMITS.values(), *PERMISSIONS.values()):
        yield from (text for pair in table.items() for text in pair)
    yield from STATUSES.values()


def messages(path: Path) -> Iterator[str]:
    """The string literals of a module that have more than one word, docstrings aside.

    Errors, hints, notes and help are among them; values in an f-string become an ellipsis.
    """
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    skipped |= {
        id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in nodes:
        if id(node) not in skipped and " " in (text := _literal(node)).strip():
            yield text


def _literal(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _module(path: Path) -> Callable[[], Iterable[str]]:
    return lambda: messages(path)


def _markdown(path: Path) -> Callable[[], Iterable[str]]:
    return lambda: [prose(path.read_text(encoding="utf-8"))]


def _page(page: Page) -> Callable[[], Iterable[str]]:
    return lambda: page_words(page)


SOURCES: dict[str, Callable[[], Iterable[str]]] = {
    "reference": reference_words,
    **{
        str(path.relative_to(ROOT)): _markdown(path)
        for path in (
            *ROOT.glob("*.md"),
            *(ROOT / "docs").glob("*.md"),
            *(ROOT / "tests" / "scenarios" / "cases").glob("*.md"),
        )
    },
    **{
        page.name: _page(page)
        for page in help_option.pages(click.Context(commands, info_name="smrt"))
    },
    **{str(path.relative_to(PACKAGE.parent)): _module(path) for path in PACKAGE.rglob("*.py")},
}
"""The texts that users read, by the name of their source."""


@pytest.mark.parametrize("source", SOURCES)
def test_the_texts_for_users_have_the_words_of_the_field(source: str) -> None:
    assert [offense for text in SOURCES[source]() for offense in offenses(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Where the answer goes.",
        "How failures are told.",
        "the Reader of standard output went away",
        "Colours.",
        "Seconds to wait for a reply",
        "the keys of a profile",
    ],
)
def test_other_words_are_reported(text: str) -> None:
    assert offenses(text)


def test_all_messages_of_a_module_are_read(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""Its docstring."""\n'
        "HINT = 'a hint ' 'in two parts'\n"
        "raise UsageError(f'no {kind} in {place!r}', NAME, 'word')\n"
    )
    assert list(messages(module)) == ["a hint in two parts", "no … in …"]


@pytest.mark.parametrize(
    "text",
    [
        "The access key ID and the secret access key.",
        "COMMAND was not found.",
        "Its IP address.",
        "s3://BUCKET/PREFIX and the object key",
        "An error occurred (ValidationError) when calling the service: it was told to",
        "A file is overwritten in place.",
    ],
)
def test_terms_of_the_field_and_sentences_of_aws_are_not_reported(text: str) -> None:
    assert offenses(text) == []
