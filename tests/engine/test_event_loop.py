"""The loop calls what is due, and threads and signals wake it up."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from math import inf

import pytest

from smrt.engine.event_loop import READ, WRITE, EventLoop
from smrt.engine.helper_threads import THREADS, HelperThreads
from smrt.engine.timers import Timers
from tests.support.polling import until


@pytest.fixture
def loop() -> Iterator[EventLoop]:
    made = EventLoop()
    yield made
    made.close()


def test_timers_run_in_order_at_their_time() -> None:
    timers, called = Timers(), []
    for when in (3.0, 1.0, 2.0, 1.0):
        timers.add(when, lambda when=when: called.append(when))  # type: ignore[misc]
    assert timers.next_at() == 1.0
    timers.run(0.5)
    assert called == []
    timers.run(2.0)
    assert (called, timers.next_at()) == ([1.0, 1.0, 2.0], 3.0)
    timers.run(9.0)
    assert timers.next_at() == inf


def test_a_timer_of_the_loop_ends_its_wait(loop: EventLoop) -> None:
    called: list[float] = []
    due = loop.now() + 0.02
    loop.call_at(due, lambda: called.append(loop.now()))
    while not called:
        loop.run_once()
    assert called[0] >= due


def test_a_planned_instant_ends_a_wait_and_not_earlier(loop: EventLoop) -> None:
    instant = loop.now() + 0.0205
    loop.run_once(instant)
    assert loop.now() >= instant


def test_events_of_a_descriptor_call_its_function(loop: EventLoop) -> None:
    ours, theirs = socket.socketpair()
    events: list[int] = []
    loop.watch(ours, READ, events.append)
    theirs.send(b"x")
    loop.run_once()
    loop.change(ours, READ | WRITE, events.append)
    loop.run_once()
    assert events == [READ, READ | WRITE]
    loop.forget(ours)
    ours.close()
    theirs.close()


def test_a_thread_wakes_the_loop(loop: EventLoop) -> None:
    done: list[str] = []
    threading.Timer(0.01, lambda: loop.call_soon(lambda: done.append("x"))).start()
    while not done:
        loop.run_once()


def test_a_signal_handler_wakes_the_loop(loop: EventLoop) -> None:
    done: list[str] = []
    before = signal.signal(signal.SIGUSR1, lambda *_: loop.call_soon(lambda: done.append("signal")))
    try:
        threading.Timer(0.01, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
        while not done:
            loop.run_once()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_many_posted_functions_are_all_called(loop: EventLoop) -> None:
    """More than the bytes that the socket of the waker can hold."""
    called: list[int] = []
    for number in range(5000):
        loop.call_soon(lambda number=number: called.append(number))  # type: ignore[misc]
    while len(called) < 5000:
        loop.run_once()
    assert called == list(range(5000))


def test_helpers_run_side_by_side_and_report_to_the_loop(loop: EventLoop) -> None:
    helpers, together = HelperThreads(loop), threading.Barrier(THREADS)
    results: list[tuple[object, object]] = []
    for _ in range(2 * THREADS):
        helpers.run(lambda: together.wait(60), lambda *result: results.append(result))
    while len(results) < 2 * THREADS:
        loop.run_once()
    assert sorted(str(result) for result, _ in results) == sorted("0123" * 2)
    names = [thread for thread in threading.enumerate() if thread.name == "smrt helper"]
    assert len(names) == THREADS
    helpers.close()
    until(lambda: not any(thread.is_alive() for thread in names))


def test_an_exception_of_a_helper_is_passed_to_the_loop(loop: EventLoop) -> None:
    helpers = HelperThreads(loop)
    failures: list[object] = []

    def fail() -> None:
        raise OSError("no")

    helpers.run(fail, lambda _, failure: failures.append(failure))
    while not failures:
        loop.run_once()
    assert isinstance(failures[0], OSError)
    helpers.close()


def test_the_result_of_a_helper_that_ends_after_the_loop_can_be_released() -> None:
    loop, go_on, results = EventLoop(), threading.Event(), []
    helpers = HelperThreads(loop)
    helpers.run(lambda: go_on.wait(60), lambda *result: results.append(result))
    helpers.close()
    loop.close()
    assert results == []
    go_on.set()
    until(lambda: results)
    assert results == [(True, None)]
