"""The manifest of a job: written after the result, it says what the result consists of."""

from typing import NamedTuple

from .disk.job_files import Files
from .disk.whole_files import json_chunks, read_json, replace_whole
from .job_description import Job, job_value, parse_job
from .outcomes import Counts


class Manifest(NamedTuple):
    """The result of a job after a round; it describes the job too, as it outlives job.json."""

    job: Job
    round: int
    counts: Counts

    @property
    def is_final(self) -> bool:
        """Whether all records succeeded, so that nothing can be sent again."""
        return not (self.counts.failed or self.counts.in_doubt)


def write_manifest(files: Files, path: str, manifest: Manifest) -> None:
    """Write or replace the manifest."""
    replace_whole(files, path, manifest_chunks(manifest))


def manifest_chunks(manifest: Manifest) -> tuple[bytes]:
    """The content of a manifest."""
    job, number, counts = manifest
    return json_chunks({"Job": job_value(job), "Round": number, "Counts": counts._asdict()})


def read_manifest(path: str) -> Manifest | None:
    """The manifest at `path`; None if there is none."""
    value = read_json(path)
    if value is None:
        return None
    return Manifest(parse_job(value["Job"], path), value["Round"], Counts(**value["Counts"]))
