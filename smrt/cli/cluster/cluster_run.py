"""Runs a batch on a cluster: --engine."""

from functools import partial

from smrt.batching.batch_report import BatchReport
from smrt.batching.batch_session import Session
from smrt.batching.shared.supervised_run import run_supervised

from .ray_crew import RayCrew


def run_on_cluster(session: Session) -> BatchReport:
    """Run the batch with workers that Ray starts."""
    options = session.options
    assert options.shared_path is not None
    open_crew = partial(RayCrew, options.address or "auto", options.workers)
    return run_supervised(session, options.shared_path, open_crew, options.workers)
