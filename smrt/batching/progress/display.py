"""How progress is shown: --progress auto, bar, lines, json or none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smrt.batching.batch_session import Session
from smrt.batching.job.outcomes import Counts
from smrt.batching.records.source import Source
from smrt.batching.sending.monitor import Monitor, Progress

from .speed import ProgressValues, Speed

BAR_SECONDS, LINE_SECONDS = 0.2, 10.0
Show = Callable[[ProgressValues], None]


@contextmanager
def opened_monitor(
    session: Session, source: Source, earlier: Callable[[], Counts] = Counts
) -> Iterator[Monitor]:
    """Shows the progress in this block, in the way that the options choose.

    `earlier` returns the results of earlier runs, which count as done.
    """
    console, mode = session.console, session.options.progress
    if mode == "auto":
        mode = "bar" if console.stderr_is_terminal else "lines"
    if mode == "none":
        yield Monitor(console.note)
        return
    speed = Speed(source.estimated_records(), earlier())
    if mode == "bar":
        from .bar import opened_bar

        with opened_bar(console) as (show_bar, note):
            yield Monitor(note, show=_shown(speed, show_bar), show_seconds=BAR_SECONDS)
        return
    show = _line_printer(session, as_json=mode == "json")
    yield Monitor(console.note, show=_shown(speed, show), show_seconds=LINE_SECONDS)


def _shown(speed: Speed, show: Show) -> Callable[[Progress], None]:
    return lambda progress: show(speed.values(progress))


def _line_printer(session: Session, *, as_json: bool) -> Show:
    console = session.console

    def show(values: ProgressValues) -> None:
        if as_json:
            from json import dumps

            console.print_stderr(dumps(values.members) + "\n")
        else:
            console.note(values.text)

    return show
