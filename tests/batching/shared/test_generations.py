"""Of several processes, one owns a name; another takes over when it is not heard of."""

import os
from collections.abc import Callable
from itertools import chain, islice
from pathlib import Path
from threading import Barrier, Thread

import pytest

from smrt.batching.job.disk.job_files import Files
from smrt.batching.shared.beats import Beat
from smrt.batching.shared.control_files import ControlFiles
from smrt.batching.shared.folder_control import FolderControl
from smrt.batching.shared.generations import Generations, owner_file
from smrt.batching.shared.lease import Lease
from smrt.batching.shared.membership import Membership
from smrt.batching.shared.shared_folder import check_exclusive
from smrt.errors import SmrtError

Control = Callable[[str], ControlFiles]


@pytest.fixture
def control(tmp_path: Path) -> Control:
    """The control files of the same job, for a process of a name."""
    return lambda worker: FolderControl(str(tmp_path), worker)


def generations(control: ControlFiles, worker: str, *alive: str) -> Generations:
    made = Generations(control, worker)
    made.is_alive = lambda name: name in alive
    return made


def test_one_of_many_threads_creates_a_file(control: Control) -> None:
    barrier, created = Barrier(8), []

    def create(worker: str) -> None:
        files = control(worker)
        barrier.wait()
        if files.create("x", worker.encode()):
            created.append(worker)

    threads = [Thread(target=create, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = created
    assert control("other").read("x") == winner.encode()


def ended_meanwhile(folder: Path, operation: Callable[[str, str], None]) -> Callable[..., None]:
    """`operation` of a process that joins while another ends the job, and removes its files."""
    names = iter([folder])

    def run(source: str, target: str) -> None:
        for path in chain.from_iterable(each.iterdir() for each in islice(names, 1)):
            path.unlink()
        operation(source, target)

    return run


def test_a_file_is_written_again_if_the_end_of_the_job_has_removed_it(tmp_path: Path) -> None:
    linking = Files(link=ended_meanwhile(tmp_path, os.link))
    assert FolderControl(str(tmp_path), "a", linking).create("x", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    renaming = Files(rename=ended_meanwhile(tmp_path, os.replace))
    FolderControl(str(tmp_path), "b", renaming).replace("y", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["y"]


class ForgetfulControl(FolderControl):
    """A folder in which a file can be created again."""

    def create(self, name: str, content: bytes) -> bool:
        self.remove([name])
        return super().create(name, content)


def test_a_folder_in_which_a_file_is_created_twice_is_rejected(tmp_path: Path) -> None:
    check_exclusive(FolderControl(str(tmp_path), "a"), "a")
    forgetful = ForgetfulControl(str(tmp_path), "a")
    with pytest.raises(SmrtError, match="does not reject the second creation of a file"):
        check_exclusive(forgetful, "a")
    forgetful.replace("manifest.json", b"{}")  # whoever ended the job has removed the first file
    check_exclusive(forgetful, "a")
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_what_a_live_process_owns_is_not_taken(control: Control) -> None:
    assert generations(control("a"), "a").take("part-1.r0")
    assert not generations(control("b"), "b", "a").take("part-1.r0")
    assert generations(control("b"), "b", "a").take("part-2.r0")


def test_what_a_dead_process_owns_is_taken_once(control: Control) -> None:
    assert generations(control("a"), "a").take("x")
    assert generations(control("b"), "b").take("x")
    assert not generations(control("c"), "c", "b").take("x")
    assert generations(control("c"), "c").owner("x") == "b"
    assert control("c").read(owner_file("x", 1)) == b"a"


def test_an_owner_that_was_frozen_owns_nothing_without_a_new_generation(control: Control) -> None:
    frozen = generations(control("a"), "a", "a", "b")
    assert frozen.take("x")
    assert generations(control("b"), "b").take("x")
    assert not frozen.take("x")
    assert frozen.take("y")
    assert frozen.take("y")
    assert frozen.owner("y") == "a"
    assert control("a").read(owner_file("y", 2)) == b"a"


def test_ages_are_those_of_the_store(control: Control, tmp_path: Path) -> None:
    files = control("a")
    files.replace("beat-b", b"{}")
    status = (tmp_path / "beat-b").stat()
    earlier = status.st_mtime_ns - 90 * 10**9
    os.utime(tmp_path / "beat-b", ns=(earlier, earlier))
    age = files.age("beat-b")
    assert age is not None
    assert age >= 90
    assert files.ages("beat-")["beat-b"] >= 90
    assert files.age("beat-c") is None


def members(control: Control, *workers: str) -> list[Membership]:
    joined = [Membership(control(name), name, Lease(60), 0) for name in workers]
    for member in joined:
        member.restart()
    return joined


def test_each_process_hears_what_all_have_done(control: Control) -> None:
    first, second, third = members(control, "a", "b", "c")
    for number, member in enumerate((first, second, third), 1):
        member.report = lambda number=number: Beat(0, number, 10 * number, failed=1)  # type: ignore[misc]
    for member in (third, second, first, second, third):
        member.renew()
    for member, requests in ((first, 5), (second, 4), (third, 3)):
        job = member.pulse.job
        assert (job.live, job.requests, job.succeeded, job.failed) == (3, 6, 60, 3)
        assert member.others().requests == requests


def test_a_process_that_has_left_still_counts_and_is_not_alive(control: Control) -> None:
    first, second = members(control, "a", "b")
    second.report = lambda: Beat(0, requests=7, failed=2)
    second.leave()
    first.renew()
    assert first.pulse.job == Beat(0, requests=7, failed=2, live=1)
    assert (first.is_alive("a"), first.is_alive("b")) == (True, False)


def test_a_process_that_is_not_heard_of_is_not_alive(control: Control, tmp_path: Path) -> None:
    first, _ = members(control, "a", "b")
    assert first.is_alive("b")
    earlier = (tmp_path / "beat-b").stat().st_mtime_ns - 61 * 10**9
    os.utime(tmp_path / "beat-b", ns=(earlier, earlier))
    first.renew()
    assert (first.is_alive("b"), first.pulse.job.live) == (False, 1)


def test_idle_processes_are_counted_while_they_are_alive(control: Control, tmp_path: Path) -> None:
    first, second, third = members(control, "a", "b", "c")
    for member in (second, third):
        member.report = lambda: Beat(0, idle=1)
        member.renew()
    for member in (first, second, third):
        member.renew()
    assert [m.pulse.job.live for m in (first, second, third)] == [3, 3, 3]
    assert [m.others().idle for m in (first, second, third)] == [2, 1, 1]
    second.leave()
    earlier = (tmp_path / "beat-c").stat().st_mtime_ns - 61 * 10**9
    os.utime(tmp_path / "beat-c", ns=(earlier, earlier))
    first.renew()
    assert (first.pulse.job.live, first.others().idle) == (1, 0)


def test_a_request_to_stop_reaches_all(control: Control) -> None:
    first, second = members(control, "a", "b")
    control("c").create("stop", b"stop")
    for member in (first, second):
        member.renew()
        assert member.pulse.stop == b"stop"
