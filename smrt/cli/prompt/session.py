"""The prompt for a command line, with completions and their descriptions."""

import os
import shlex
from collections.abc import Iterable, Sequence
from functools import cache
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
    refresh,
)
from smrt.cli.help.page import Page
from smrt.cli.prompt_mode import OFF, ON
from smrt.config import configuration
from smrt.config.partitions import partitions
from smrt.errors import SmrtError, UsageError, redacted
from smrt.protocol.operations import kebab

from .line import Candidates, finished_words, parse_line, suggestions, unquoted

if TYPE_CHECKING:
    from smrt.output.console import App

PROMPT = "smrt> "


def prompt_command_line(
    root: click.Context, arguments: Sequence[str], error_message: str = ""
) -> list[str]:
    """Prompt for a command line that starts with `arguments`, print it, and return its words.

    `error_message` reports why `arguments` are invalid. Raises UsageError without a terminal, and
    KeyboardInterrupt if the user cancels.
    """
    app: App = root.obj
    if not app.console.can_prompt:
        raise UsageError("the prompt needs a terminal", f"remove {ON}, or add {OFF}")
    completer = _LineCompleter(
        {page.name: page for page in help_option.pages(root)}, _candidates(app)
    )
    session: PromptSession[str] = PromptSession(
        completer=completer,
        complete_in_thread=True,
        complete_while_typing=True,
        validator=_LineValidator(completer),
        validate_while_typing=False,
        output=create_output(always_prefer_tty=True),
        reserve_space_for_menu=10,
    )
    default = shlex.join(arguments)
    try:
        text = session.prompt(
            f"{error_message}\n{PROMPT}" if error_message else PROMPT,
            default=default + " " * bool(default),
            bottom_toolbar=lambda: completer.preview(session.default_buffer.text),
            pre_run=session.default_buffer.start_completion,
        )
    except EOFError as exc:
        raise KeyboardInterrupt from exc
    words = shlex.split(text)
    app.console.print_stderr(redacted(f"smrt {shlex.join(words)}\n"))
    return words


class _LineCompleter(Completer):
    """Completions for prompt_toolkit."""

    def __init__(self, pages: dict[str, Page], candidates: Candidates) -> None:
        self._pages = pages
        self._candidates = candidates

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's signature
    ) -> Iterable[Completion]:
        """The suggestions for the word at the cursor."""
        text = document.text_before_cursor
        words, start = finished_words(text)
        line, current = parse_line(self._pages, words), unquoted(text[start:])
        for suggestion in suggestions(line, current, self._candidates):
            yield Completion(
                shlex.quote(suggestion.text),
                start - len(text),
                display=suggestion.text,
                display_meta=suggestion.description,
            )

    def missing(self, text: str) -> list[str]:
        """What the line needs before it can run. Raises ValueError for an unclosed quote."""
        return parse_line(self._pages, shlex.split(text)).missing(self._candidates)

    def preview(self, text: str) -> str:
        """The command as typed in a shell, and what is missing."""
        try:
            missing = self.missing(text)
            command = shlex.join(shlex.split(text))
        except ValueError:
            return " a quote is not closed"
        return f" smrt {command}\n " + (
            f"missing: {', '.join(missing)}" if missing else "press Enter to run it"
        )


class _LineValidator(Validator):
    """Accepts only a complete line."""

    def __init__(self, completer: _LineCompleter) -> None:
        self._completer = completer

    def validate(self, document: Document) -> None:
        """Raise ValidationError if the line is incomplete."""
        try:
            missing = self._completer.missing(document.text)
        except ValueError as exc:
            raise ValidationError(len(document.text), "a quote is not closed") from exc
        if missing:
            raise ValidationError(len(document.text), f"missing: {', '.join(missing)}")


def _candidates(app: "App", max_wait_seconds: float = MAX_WAIT_SECONDS) -> Candidates:
    """The profiles, Regions, endpoints, files and configured defaults of the user."""

    def profiles() -> list[str]:
        try:
            config = configuration.load(app.environ)
        except SmrtError:
            return []
        return sorted({*config.profiles, *config.stored_profiles})

    def endpoints(profile: str | None, region: str | None) -> list[str]:
        listing = Listing(app.environ, profile, region)
        names = cached_names(listing.path, time())
        if names is None:
            names = refresh(listing, time(), max_wait_seconds)
        return names or []

    def regions() -> list[str]:
        return completion.regions(partitions()["partitions"])

    @cache
    def configured(profile: str | None) -> list[str]:
        try:
            names = configuration.parameters(configuration.load(app.environ, profile))
        except SmrtError:
            return []
        return [f"--{kebab(name)}" for name in names]

    return Candidates(profiles, regions, endpoints, _paths, configured)


def _paths(typed: str) -> list[str]:
    """The files and folders in the folder of the typed path; folders end with a slash."""
    folder = os.path.dirname(typed)
    try:
        entries = sorted(
            os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name
        )
    except OSError:
        return []
    return [
        os.path.join(folder, entry.name) + "/" * entry.is_dir()
        for entry in entries
        if not entry.name.startswith(".")
    ]
