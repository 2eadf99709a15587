"""Starts the workers of a run, passes signals on to them, and adds up what they report."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, Queue
from tempfile import TemporaryFile
from threading import Thread
from time import monotonic

from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_report import RequestCounts
from smrt.batching.interruptions import Interruptions, handling
from smrt.batching.sending.monitor import Monitor, Progress
from smrt.batching.sending.send import STOPPING, Sent
from smrt.batching.sending.tally import Tally
from smrt.engine.concurrency_limit import CEILING
from smrt.errors import SmrtError

from .shared_tally import tally_size
from .worker_order import ABORT, STOP, WorkerOrder, share, write_order
from .worker_report import WorkerReport, decode_report

WAIT_SECONDS = 0.2
MODULE = "smrt.batching.workers.worker_process"


def worker_count(options: BatchOptions) -> int:
    """The number of processes: never more than requests may be in flight."""
    return min(options.workers, options.concurrency or CEILING)


class WorkerPool:
    """The processes of a run, and what each has reported last."""

    def __init__(self, order: WorkerOrder, monitor: Monitor) -> None:
        self._monitor = monitor
        self._reports: Queue[tuple[int, WorkerReport | None]] = Queue()
        self._failure: SmrtError | None = None
        self._shown_at = monotonic()
        workers = worker_count(order.options)
        self._progress: dict[int, Progress] = {}
        self._sent: dict[int, Sent] = {}
        self._tally_file = TemporaryFile()  # noqa: SIM115 - closed with the pool
        self._tally_file.truncate(tally_size(workers))
        order = order._replace(tally_descriptor=self._tally_file.fileno())
        self._processes = [
            self._start(number, share(order, number, workers, CEILING)) for number in range(workers)
        ]

    def run(self) -> Sent:
        """Wait until all workers have ended; return the sum of what they did."""
        interruptions = Interruptions(self._interrupted, lambda: self._command(ABORT))
        with handling(interruptions):
            while len(self._sent) < len(self._processes):
                self._handle_report()
                self._show()
        for process in self._processes:
            process.wait()
        counts = sum((sent.requests for sent in self._sent.values()), RequestCounts())
        return Sent(counts, self._failure, interruptions.count > 0)

    def close(self) -> None:
        """Close the pipes, at which workers that are left end."""
        self._tally_file.close()
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                with suppress(OSError):  # it ended before it read its order
                    pipe.close()

    def _start(self, number: int, order: WorkerOrder) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(  # noqa: S603 - this Python
            [sys.executable, "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            pass_fds=(order.tally_descriptor,),
        )
        assert process.stdin is not None
        with suppress(OSError):  # it has ended: so do its reports
            write_order(order, process.stdin)
        Thread(target=self._read, args=(number, process), daemon=True).start()
        return process

    def _read(self, number: int, process: "subprocess.Popen[bytes]") -> None:
        """In a thread: queue what a worker reports, to its end."""
        assert process.stdout is not None
        try:
            for line in process.stdout:
                self._reports.put((number, decode_report(line)))
        except ValueError:  # it was killed in a line, or the pipe is closed
            pass
        self._reports.put((number, None))

    def _handle_report(self) -> None:
        try:
            number, report = self._reports.get(timeout=WAIT_SECONDS)
        except Empty:
            return
        if isinstance(report, Progress):
            self._progress[number] = report
        elif isinstance(report, Sent):
            self._sent[number] = report
            self._fail(report.failure)
        elif number not in self._sent:
            self._sent[number] = Sent()
            self._fail(SmrtError("a worker process has died", code="WorkerDied"))

    def _fail(self, failure: SmrtError | None) -> None:
        """Stop all workers because of the first failure."""
        if failure is not None and self._failure is None:
            self._failure = failure
            self._command(STOP)

    def _interrupted(self) -> None:
        self._monitor.note(STOPPING)
        self._command(STOP)

    def _command(self, command: bytes) -> None:
        for process in self._processes:
            assert process.stdin is not None
            with suppress(OSError):  # it has ended
                os.write(process.stdin.fileno(), command)

    def _show(self) -> None:
        show, now = self._monitor.show, monotonic()
        if show is not None and now - self._shown_at >= self._monitor.show_seconds:
            self._shown_at = now
            show(self._total(list(self._progress.values())))

    def _total(self, parts: Sequence[Progress]) -> Progress:
        tally = Tally()
        for part in parts:
            tally.add(part.tally)
        return Progress(
            tally,
            sum(part.in_flight for part in parts),
            sum(part.limit for part in parts),
            sum(part.throttles for part in parts),
        )
