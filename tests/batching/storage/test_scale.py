"""What a job of a billion records needs: simulated with the real classes, and an S3 in memory."""

import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from smrt.batching.job.job_description import Job, JobDescription
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.outcomes import InDoubt
from smrt.batching.records.layout import Layout, plan_layout
from smrt.batching.records.record import Partition, Result
from smrt.batching.shared.generations import Generations
from smrt.batching.shared.lease import Lease
from smrt.batching.shared.membership import BEATS_PER_LEASE, Membership
from smrt.batching.storage.ahead_sender import LARGEST
from smrt.batching.storage.s3_control import S3Control
from smrt.batching.storage.s3_folder import S3Folder
from smrt.batching.storage.s3_job_store import S3JobStore
from smrt.batching.storage.segment_log import LONGEST
from smrt.batching.storage.segmented_attempt import SegmentedAttempt
from tests.batching.storage.memory_store import MemoryStore
from tests.support.project import ROOT

RECORDS, RECORD_BYTES = 1_000_000_000, 220
WORKERS, PER_SECOND, LEASE = 1000, 20_000, 60.0
URI = "s3://bucket/job"
STATE_MB = 2


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


def heartbeat_requests(memory: MemoryStore, workers: int) -> tuple[Counter[str], Counter[str]]:
    """The requests of one heartbeat: of a process, and of the one that adds up for all."""
    control = S3Control(memory, URI)
    members = [Membership(control, f"w{n:04}", Lease(LEASE), 0) for n in range(workers)]
    for member in members:
        member.restart()
    counts = []
    for member in (members[-1], members[0]):
        memory.requests.clear()
        member.renew()
        counts.append(Counter(memory.requests))
    return counts[0], counts[1]


def job_store(memory: MemoryStore, folder: Path, plan: PartitionPlan) -> S3JobStore:
    """The state of a job for one of its processes."""
    control = S3Control(memory, URI)
    job = Job("id", JobDescription({}, {}, {}, {"in_doubt": "resend"}))
    lease = Lease(LEASE)
    lease.restart(lease.clock())
    shared = S3Folder(URI, str(folder), job, memory, control, "w0000")
    generations = Generations(control, "w0000")
    return S3JobStore(shared, plan, InDoubt.RESEND, generations, lease)


def partition_requests(memory: MemoryStore, folder: Path, windows: int) -> Counter[str]:
    """The requests for a partition: to claim it, to reserve its records, and to commit it."""
    plan = PartitionPlan(lambda: (Partition(0, 0, 1),), lambda _: windows)
    store = job_store(memory, folder, plan)
    memory.requests.clear()
    attempt = store.claim(Partition(0, 0, 1))
    assert isinstance(attempt, SegmentedAttempt)
    for offset in range(windows):
        attempt.reserve([offset])
        attempt.sent([offset])
        attempt.responses([Result(offset, offset, b"x\n", ok=True)])
    attempt.commit()
    store.uploads.drain()
    requests = Counter(memory.requests)
    assert store.is_complete()
    store.close()
    return requests


def test_a_heartbeat_costs_four_requests_however_many_processes_there_are(
    memory: MemoryStore,
) -> None:
    for workers in (3, 30):
        other, first = heartbeat_requests(memory, workers)
        assert other == Counter(PUT=1, LIST=1, GET=2)
        assert first == Counter(PUT=2, LIST=2, GET=workers)  # all but its own, and `stop`


def test_a_partition_costs_few_requests(memory: MemoryStore, tmp_path: Path) -> None:
    assert partition_requests(memory, tmp_path, windows=5) == Counter(GET=3, LIST=1, PUT=8)


def state_memory(folder: Path, layout: Layout) -> int:
    """The bytes that a process takes to see that every partition of a job is done."""
    memory = MemoryStore()
    store = job_store(memory, folder, PartitionPlan(layout.all_partitions, lambda _: 0))
    for partition in layout.all_partitions():
        name = Path(store.folder.paths.journal(partition.number, 0)).name
        store.folder.control.create(name, b"{}")
    tracemalloc.start()
    assert store.is_complete()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    store.close()
    return peak


def test_the_state_of_a_billion_records_takes_little_memory(tmp_path: Path) -> None:
    layout = plan_layout(0, RECORDS * RECORD_BYTES, RECORD_BYTES, WORKERS)
    assert sum(1 for _ in layout.all_partitions()) == layout.partitions
    assert state_memory(tmp_path, layout) < STATE_MB * 1e6


def test_the_numbers_of_the_document_are_those_of_the_simulation(
    memory: MemoryStore, tmp_path: Path
) -> None:
    document = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    layout = plan_layout(0, RECORDS * RECORD_BYTES, RECORD_BYTES, WORKERS)
    other, _ = heartbeat_requests(memory, 10)
    beats = WORKERS / (LEASE / BEATS_PER_LEASE)
    seconds = RECORDS / PER_SECOND
    windows = RECORDS / layout.partitions / LARGEST
    partition = partition_requests(MemoryStore(), tmp_path, windows=0)
    opened = layout.partitions / seconds
    puts = beats * other["PUT"] + opened * partition["PUT"] + PER_SECOND / LARGEST
    puts += WORKERS / LONGEST
    reads = beats * (other["GET"] + other["LIST"]) + opened * (partition["GET"] + partition["LIST"])
    rows = {
        "partitions": f"{layout.partitions:,} of {layout.size / 1e6:.0f} MB",
        "partitions in flight": f"{WORKERS:,} to {2 * WORKERS:,}",
        "hours": f"{seconds / 3600:.1f}",
        "windows of a partition": f"{windows:.0f}",
        "memory for the state of all partitions": f"{STATE_MB} MB at most",
        "PUT requests to S3 per second": f"{puts:.0f}",
        "GET and LIST requests to S3 per second": f"{reads:.0f}",
    }
    for name, value in rows.items():
        assert f"| {name} | {value} |" in document, f"| {name} | {value} |"
