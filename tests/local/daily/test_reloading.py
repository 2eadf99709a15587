"""smrt local --reload: the newest version that can be loaded responds."""

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from smrt.local.daily.reloading import ReloadingModel
from smrt.local.endpoint import Invocation
from smrt.local.model import _siblings, load_model
from tests.support.polling import until

SCRIPT = (
    "import words\ndef model_fn(model_dir): return {}\ndef transform_fn(m, b, c, a): return {}\n"
)


@pytest.fixture(autouse=True)
def _state() -> Iterator[None]:
    before, writes = list(sys.path), sys.dont_write_bytecode
    yield
    sys.path[:] = before
    sys.dont_write_bytecode = writes
    for name in list(_siblings):
        sys.modules.pop(name, None)
        del _siblings[name]


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def model(tmp_path: Path, reports: list[str]) -> ReloadingModel:
    (tmp_path / "words.py").write_text("from pathlib import Path; WORD = 'one'")
    (tmp_path / "inference.py").write_text(SCRIPT.format("words.WORD", "m"))
    return ReloadingModel(tmp_path, lambda: load_model(tmp_path), reports.append)


def predicted(model: ReloadingModel) -> object:
    return model.predict(Invocation(b"", {})).body


def test_a_change_is_loaded_before_the_next_call(
    model: ReloadingModel, tmp_path: Path, reports: list[str]
) -> None:
    assert predicted(model) == b"one"
    (tmp_path / "words.py").write_text("WORD = 'two'")
    assert predicted(model) == b"two"
    (tmp_path / "inference.py").write_text(SCRIPT.format("'new'", "m + words.WORD"))
    assert predicted(model) == b"newtwo"
    assert reports == [f"{tmp_path} was loaded again"] * 2


def test_the_data_of_a_model_counts_too(model: ReloadingModel, tmp_path: Path) -> None:
    (tmp_path / "inference.py").write_text(
        SCRIPT.format("words.Path(model_dir, 'data/weights').read_text()", "m")
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "weights").write_text("1")
    assert predicted(model) == b"1"
    (tmp_path / "data" / "weights").write_text("22")
    assert predicted(model) == b"22"


def test_a_syntax_error_keeps_the_old_version_and_is_reported_once(
    model: ReloadingModel, tmp_path: Path, reports: list[str]
) -> None:
    (tmp_path / "inference.py").write_text("def model_fn(")
    assert predicted(model) == predicted(model) == b"one"
    (report,) = reports
    assert report == (
        f"{tmp_path}/inference.py, line 1: '(' was never closed; the old version stays in use"
    )
    (tmp_path / "inference.py").write_text(SCRIPT.format("'repaired'", "m"))
    assert predicted(model) == b"repaired"


def test_files_that_do_not_belong_to_the_model_are_ignored(
    model: ReloadingModel, tmp_path: Path, reports: list[str]
) -> None:
    (tmp_path / ".inference.py.swp").touch()
    (tmp_path / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "__pycache__" / "x.pyc").touch()
    (tmp_path / "gone").symlink_to("nowhere")
    predicted(model)
    assert reports == []


def test_an_error_is_reported_without_a_call(
    model: ReloadingModel, tmp_path: Path, reports: list[str]
) -> None:
    (tmp_path / "inference.py").write_text("def model_fn(")
    seconds: list[float] = []

    def once(interval: float) -> None:
        seconds.append(interval)
        if len(seconds) > 1:
            Event().wait()  # the daemon thread ends with the process

    model.watch(once)
    until(lambda: len(reports) == 1)
