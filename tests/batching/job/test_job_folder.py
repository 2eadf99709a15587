"""A job folder refuses what is another job, or what it cannot store safely."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from smrt import __version__
from smrt.batching.job.disk.filesystems import filesystem_type
from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.job_description import JobDescription
from smrt.batching.job.job_opening import attach_job, open_job
from smrt.errors import SmrtError, UsageError
from tests.batching.job.job_runs import DESCRIPTION


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "out.job")


def start(path: str, description: JobDescription = DESCRIPTION, *, resume: bool = False) -> None:
    open_job(path, description, resume=resume).close()


def test_a_job_is_described_in_job_json(path: str) -> None:
    start(path)
    job = json.loads(Path(path, "job.json").read_text())
    assert len(job.pop("JobId")) == 16
    assert job == {
        "Format": 1,
        "Version": __version__,
        "Input": {"Path": "in.jsonl", "Size": 120, "ModifiedAt": 7},
        "Endpoint": {"EndpointName": "iris", "Region": "us-east-1"},
        "Parameters": {"ContentType": "text/csv"},
        "Settings": {"--in-doubt": "resend"},
        "Limit": None,
    }


def test_a_job_that_has_started_is_resumed_only_on_request(path: str) -> None:
    start(path, resume=True)
    with pytest.raises(UsageError, match="the job has started before") as caught:
        start(path)
    assert "--resume" in caught.value.hints[0]
    job_id = attach_job(path).job.job_id
    start(path, resume=True)
    assert attach_job(path).job.job_id == job_id


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"input": {**DESCRIPTION.input, "Size": 9}}, "input Size was 120, and is 9"),
        ({"input": {**DESCRIPTION.input, "ModifiedAt": 8}}, "input ModifiedAt was 7, and is 8"),
        ({"input": {"Path": "in.jsonl"}}, "input Size was 120, and is null; "),
        (
            {"endpoint": {"EndpointName": "mnist", "Region": "us-east-1"}},
            'endpoint EndpointName was "iris", and is "mnist"',
        ),
        ({"parameters": {}}, 'parameters ContentType was "text/csv", and is null'),
        (
            {"settings": {**DESCRIPTION.settings, "--split-type": "Line"}},
            'settings --split-type was null, and is "Line"',
        ),
        ({"limit": 100}, "limit was null, and is 100"),
        (
            {"parameters": {"ContentType": "x" * 100}},
            f'was "text/csv", and is "{"x" * 59}…',
        ),
    ],
)
def test_another_job_is_not_resumed_and_the_error_names_what_differs(
    changed: dict[str, Any], difference: str, path: str
) -> None:
    start(path)
    with pytest.raises(UsageError) as caught:
        start(path, DESCRIPTION._replace(**changed), resume=True)
    assert difference in caught.value.message
    start(path, resume=True)  # the refusal has freed the lock


def test_values_are_compared_as_json_has_them(path: str) -> None:
    description = DESCRIPTION._replace(settings={"--files": ("a", "b")})
    start(path, description)
    start(path, description, resume=True)


def test_no_secret_is_stored(path: str) -> None:
    endpoint = {"EndpointUrl": "https://user:hunter2@proxy:8443/"}
    description = DESCRIPTION._replace(endpoint=endpoint, settings={"--urls": [*endpoint.values()]})
    start(path, description)
    assert b"hunter2" not in Path(path, "job.json").read_bytes()
    start(path, description, resume=True)


def test_a_job_of_another_format_is_not_resumed(path: str) -> None:
    start(path)
    job = Path(path, "job.json")
    job.write_text(job.read_text().replace('"Format": 1', '"Format": 2'))
    with pytest.raises(UsageError, match="is of another version of smrt"):
        start(path, resume=True)


def test_a_damaged_job_json_is_an_error(path: str) -> None:
    start(path)
    Path(path, "job.json").write_text("{")
    with pytest.raises(SmrtError, match=r"job\.json could not be read"):
        start(path, resume=True)


def test_a_folder_with_other_files_is_not_taken(path: str) -> None:
    os.mkdir(path)
    Path(path, "photo.png").touch()
    with pytest.raises(UsageError, match=r"is not the folder of a job: it contains photo\.png"):
        start(path)
    assert os.listdir(path) == ["photo.png"]


def test_an_empty_folder_is_taken(path: str) -> None:
    os.mkdir(path)
    start(path)


@pytest.mark.parametrize("name", ["missing/out.job", "file/out.job", "file"])
def test_a_folder_that_cannot_be_made_is_a_usage_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"the job folder .* cannot be used: "):
        start(str(tmp_path / name))


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_network_file_system_is_refused(kind: str, path: str) -> None:
    with pytest.raises(UsageError, match=rf"network file system \({kind}\)"):
        open_job(path, DESCRIPTION, resume=False, files=Files(filesystem=lambda _: kind))
    assert not os.path.exists(path)


@pytest.mark.skipif(not os.path.exists("/proc/self/mountinfo"), reason="needs Linux")
def test_the_type_of_a_file_system_is_the_kernels_name() -> None:
    assert filesystem_type("/proc") == "proc"
    assert filesystem_type("/sys") == "sysfs"


def test_what_is_not_a_job_cannot_be_attached(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not the folder of a job"):
        attach_job(str(tmp_path))


STREAM = bytes(range(256)) * 3000


@pytest.mark.parametrize("earlier", [0, 1, 2**18, 2**18 + 1, len(STREAM)])
def test_standard_input_is_copied_behind_what_an_earlier_run_has_read(
    earlier: int, path: str
) -> None:
    folder = open_job(path, DESCRIPTION, resume=False)
    Path(folder.input_path).write_bytes(STREAM[:earlier])
    assert folder.spool(io.BytesIO(STREAM)) == len(STREAM)
    assert Path(folder.input_path).read_bytes() == STREAM
    folder.close()


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (STREAM[:-1], "has 767999 bytes; the job has read 768000 before"),
        (b"", "has 0 bytes"),
        (b"x" + STREAM[1:], "differs"),
        (STREAM[:-1] + b"x", "differs"),
    ],
)
def test_other_standard_input_is_a_usage_error_and_changes_nothing(
    stream: bytes, message: str, path: str
) -> None:
    folder = open_job(path, DESCRIPTION, resume=False)
    folder.spool(io.BytesIO(STREAM))
    with pytest.raises(UsageError, match=message):
        folder.spool(io.BytesIO(stream))
    assert Path(folder.input_path).read_bytes() == STREAM
    folder.close()


def test_a_list_is_stored_once(path: str) -> None:
    folder = open_job(path, DESCRIPTION, resume=False)
    folder.store_list(lambda: [b'["a.png",1,2]\n', b'["b.png",1,2]\n'])
    folder.store_list(lambda: pytest.fail("the folder is listed again"))
    assert Path(folder.input_path).read_bytes() == b'["a.png",1,2]\n["b.png",1,2]\n'
    folder.close()


def test_a_job_whose_description_is_lost_is_not_taken_for_a_new_one(path: str) -> None:
    start(path)
    os.unlink(f"{path}/job.json")
    Path(path, "part-0.r0.1.log").touch()
    with pytest.raises(UsageError, match=r"is a job without job\.json"):
        start(path, resume=True)
