"""The prompt for a command line: it offers what may come next, and says what each thing means."""

import os
import shlex
from collections.abc import Iterable, Sequence
from time import time
from typing import TYPE_CHECKING

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.output import create_output
from prompt_toolkit.validation import ValidationError, Validator

from smrt.cli import completion, help_option
from smrt.cli.completion.endpoint_names import (
    MAX_WAIT_SECONDS,
    Listing,
    cached_names,
    fetch_names,
    save_names,
)
from smrt.cli.help.page import Page
from smrt.cli.prompt_mode import OFF, ON
from smrt.config import configuration
from smrt.config.partitions import partitions
from smrt.errors import SmrtError, UsageError, redacted

from .line import Candidates, Line, finished_words, parse_line, suggestions, unquoted

if TYPE_CHECKING:
    from smrt.output.console import App

PROMPT = "smrt> "


def prompt_command_line(
    root: click.Context, arguments: Sequence[str], complaint: str = ""
) -> list[str]:
    """The command line that is typed, `arguments` being there to begin with; told when it is done.

    `complaint` is what was wrong with them. Raises UsageError without a terminal, and
    KeyboardInterrupt where somebody leaves.
    """
    app: App = root.obj
    if not app.console.can_prompt:
        raise UsageError("auto-prompt requires a terminal", f"remove {ON}, or add {OFF}")
    typing = _LineCompleter({page.name: page for page in help_option.pages(root)}, _candidates(app))
    session: PromptSession[str] = PromptSession(
        completer=typing,
        complete_in_thread=True,
        complete_while_typing=True,
        validator=_LineValidator(typing),
        validate_while_typing=False,
        output=create_output(always_prefer_tty=True),
        reserve_space_for_menu=10,
    )
    typed = shlex.join(arguments)
    try:
        text = session.prompt(
            f"{complaint}\n{PROMPT}" if complaint else PROMPT,
            default=typed + " " * bool(typed),
            bottom_toolbar=lambda: typing.preview(session.default_buffer.text),
            pre_run=session.default_buffer.start_completion,
        )
    except EOFError as exc:
        raise KeyboardInterrupt from exc
    words = shlex.split(text)
    app.console.print_stderr(redacted(f"smrt {shlex.join(words)}\n"))
    return words


class _LineCompleter(Completer):
    """What may come next, for prompt_toolkit."""

    def __init__(self, pages: dict[str, Page], candidates: Candidates) -> None:
        self._pages = pages
        self._candidates = candidates

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's signature
    ) -> Iterable[Completion]:
        """The offers for the word at the cursor."""
        text = document.text_before_cursor
        words, start = finished_words(text)
        for offer in suggestions(
            parse_line(self._pages, words), unquoted(text[start:]), self._candidates
        ):
            quoted = shlex.quote(offer.text)
            shown = offer.text
            yield Completion(quoted, start - len(text), display=shown, display_meta=offer.meaning)

    def read(self, text: str) -> Line:
        """What a line says; ValueError while a quote is open."""
        return parse_line(self._pages, shlex.split(text))

    def preview(self, text: str) -> str:
        """The command as a shell would be given it, and what it lacks."""
        try:
            missing = self.read(text).missing
            shown = shlex.join(shlex.split(text))
        except ValueError:
            return " unclosed quote"
        return f" smrt {shown}\n " + (
            f"missing: {', '.join(missing)}" if missing else "press Enter to run it"
        )


class _LineValidator(Validator):
    """Lets a line go that lacks nothing."""

    def __init__(self, typing: _LineCompleter) -> None:
        self._typing = typing

    def validate(self, document: Document) -> None:
        """Raise ValidationError for a line that lacks something."""
        try:
            missing = self._typing.read(document.text).missing
        except ValueError as exc:
            raise ValidationError(len(document.text), "unclosed quote") from exc
        if missing:
            raise ValidationError(len(document.text), f"missing: {', '.join(missing)}")


def _candidates(app: "App", max_wait_seconds: float = MAX_WAIT_SECONDS) -> Candidates:
    """What is there to be offered: profiles, regions, endpoints, files."""

    def profiles() -> list[str]:
        try:
            found = configuration.load(app.environ)
        except SmrtError:
            return []
        return sorted({*found.profiles, *found.stored_profiles})

    def endpoints(profile: str | None, region: str | None) -> list[str]:
        listing = Listing(app.environ, profile, region)
        known = cached_names(listing.path, time())
        if known is None:
            known = fetch_names(listing, max_wait_seconds)
            if known is not None:
                save_names(listing.path, known, time())
        return known or []

    def regions() -> list[str]:
        return completion.regions(partitions()["partitions"])

    return Candidates(profiles, regions, endpoints, _paths)


def _paths(typed: str) -> list[str]:
    """The files and folders beside what is being typed; folders end with a slash."""
    folder = os.path.dirname(typed)
    try:
        entries = sorted(
            os.scandir(os.path.expanduser(folder) or "."), key=lambda found: found.name
        )
    except OSError:
        return []
    return [
        os.path.join(folder, entry.name) + "/" * entry.is_dir()
        for entry in entries
        if not entry.name.startswith(".")
    ]
