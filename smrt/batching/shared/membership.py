"""A process among those that work on a job: its heartbeat, its lease, and the others."""

import os
import socket
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import NamedTuple

from smrt.errors import SmrtError

from .beats import BEAT, ENDED, Beat, beat_content, parse_beat, total_beat
from .control_files import ControlFiles
from .lease import Lease

STOP, TOTALS = "stop", "totals"
BEATS_PER_LEASE = 6


def worker_name() -> str:
    """A name for this process that no other has."""
    host = "".join(c if c.isalnum() else "-" for c in socket.gethostname())[:32]
    return f"{host}-{os.getpid()}-{os.urandom(4).hex()}"


class Pulse(NamedTuple):
    """What a heartbeat has brought: the counts of the whole job, and a request to stop it."""

    job: Beat
    stop: bytes | None = None


class Membership:
    """Renews the lease of this process with heartbeats, from a thread, and hears of the others.

    `report` returns what this process has done; `hear` receives each pulse, in the thread. One of
    the processes adds up the heartbeats for all, so that each reads one file per beat.
    """

    def __init__(self, control: ControlFiles, worker: str, lease: Lease, in_round: int) -> None:
        self.worker, self.lease = worker, lease
        self._control, self._round = control, in_round
        self._over = Event()
        self._ended: dict[str, Beat] = {}
        self._own = Beat()
        self._thread: Thread | None = None
        self.report: Callable[[], Beat] = lambda: Beat(in_round)
        self.hear: Callable[[Pulse], None] = lambda _: None
        self.pulse = Pulse(Beat(in_round))
        self.failure: SmrtError | None = None
        """Why the latest heartbeat failed."""

    def join(self) -> None:
        """Write the first heartbeat, and go on in a thread."""
        self.restart()
        self._survey()
        self._thread = Thread(target=self._beat, name="smrt heartbeat", daemon=True)
        self._thread.start()

    def restart(self) -> None:
        """Renew the lease after it has lapsed, when nothing is owned any more."""
        began = self.lease.clock()
        self._write()
        self.lease.restart(began)

    def leave(self, *, is_final: bool = False) -> None:
        """Write the last heartbeat, unless the job is done: what this process owned is free."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        if not is_final:
            self._control.replace(ENDED + self.worker, beat_content(self._current()))
        self._control.remove([BEAT + self.worker])

    def is_alive(self, worker: str) -> bool:
        """Whether the lease of a process has not ended."""
        age = self._control.age(BEAT + worker)
        return age is not None and age <= self.lease.seconds

    def others(self) -> Beat:
        """What the other processes have done, as far as is known."""
        job, own = self.pulse.job, self._own
        rest = (max(0, total - mine) for total, mine in zip(job, own, strict=True))
        return Beat(*rest)._replace(round=self._round)

    def observed(self) -> Beat:
        """All processes together, for one that does not take part."""
        ages = self._control.ages(BEAT)
        live = sum(age <= self.lease.seconds for age in ages.values())
        return self._added_up(ages, live)

    def _beat(self) -> None:
        while not self._over.wait(self.lease.seconds / BEATS_PER_LEASE):
            try:
                self.renew()
                self.failure = None
            except SmrtError as exc:  # a failed renewal counts as none
                self.failure = exc
            self.hear(self.pulse)

    def renew(self) -> None:
        """Write a heartbeat, and hear of the others."""
        began = self.lease.clock()
        self._write()
        self.lease.renewed(began)
        self._survey()

    def _write(self) -> None:
        content = beat_content(self._current())
        self._control.replace(BEAT + self.worker, content, is_lasting=False)

    def _current(self) -> Beat:
        return self.report()._replace(round=self._round)

    def _survey(self) -> None:
        """Hear of the others; the first of them by name writes the totals for all."""
        ages = self._control.ages(BEAT)
        live = sorted(name for name, age in ages.items() if age <= self.lease.seconds)
        own = self._current()
        if not live or live[0] == BEAT + self.worker:
            job = self._added_up(ages, len(live), own)
            self._control.replace(TOTALS, beat_content(job), is_lasting=False)
        else:
            content = self._control.read(TOTALS)
            job = Beat(self._round) if content is None else parse_beat(content)
            if job.round != self._round:
                job = Beat(self._round, requests=job.requests)
        self._own = own
        self.pulse = Pulse(job._replace(live=max(1, len(live))), self._control.read(STOP))

    def _added_up(self, ages: Mapping[str, float], live: int, *own: Beat) -> Beat:
        beats = [*own, *self._last_beats()]
        for name, age in ages.items():
            content = None if name == BEAT + self.worker else self._control.read(name)
            if content is not None:
                beat = parse_beat(content)
                beats.append(beat if age <= self.lease.seconds else beat._replace(idle=0))
        return total_beat(beats, self._round, live)

    def _last_beats(self) -> list[Beat]:
        """The last heartbeats of the processes that have ended, each of which is read once."""
        for name in self._control.ages(ENDED):
            if name not in self._ended:
                content = self._control.read(name)
                if content is not None:
                    self._ended[name] = parse_beat(content)._replace(idle=0)
        return list(self._ended.values())
