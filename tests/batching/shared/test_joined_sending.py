"""What a process of a job shows and reports while it has nothing to send."""

from pathlib import Path

from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_session import Session
from smrt.batching.sending.monitor import Monitor, Progress
from smrt.batching.shared.beats import Beat, beat_content
from smrt.batching.shared.folder_control import FolderControl
from smrt.batching.shared.joined_sending import JoinedSender
from smrt.batching.shared.lease import Lease
from smrt.batching.shared.membership import Membership
from smrt.config.connection_options import ConnectionOptions
from smrt.output.console import standard
from tests.batching.whole_runs import target


def test_the_progress_of_the_job_is_shown_by_an_idle_process(
    environ: dict[str, str], tmp_path: Path
) -> None:
    control = FolderControl(str(tmp_path), "a")
    membership = Membership(control, "a", Lease(60), 0)
    shown: list[Progress] = []
    session = Session(
        BatchOptions("in", "out"),
        target(ConnectionOptions(endpoint_url="http://127.0.0.1:9"), environ),
        standard(environ),
    )
    monitor = Monitor(lambda _: None, show=shown.append, show_seconds=0)
    sender = JoinedSender(session, membership, monitor)
    control.replace("beat-b", beat_content(Beat(0, 9, succeeded=7, failed=1, in_flight=1, limit=4)))
    membership.restart()
    membership.renew()
    sender.show()
    [progress] = shown
    assert (progress.tally.succeeded, progress.tally.failed) == (7, 1)
    assert (progress.in_flight, progress.limit) == (1, 4)
