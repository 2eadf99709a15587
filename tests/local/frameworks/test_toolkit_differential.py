"""smrt local runs scripts as AWS's own toolkit runs them: sagemaker-inference from PyPI.

Each script gets the same requests from both. They differ in one thing: smrt unpickles nothing.
"""

import json
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from sagemaker_inference import transformer
from scipy import sparse

from smrt.local.context import Context
from smrt.local.endpoint import Invocation, ModelFailure
from smrt.local.model import load_model

LOAD = "def model_fn(model_dir): return 2\n"
SCRIPTS = {
    "defaults": LOAD + "def predict_fn(data, model): return data\n",
    "a dictionary": LOAD + "def predict_fn(data, model): return {'sum': [model, str(data)]}\n",
    "a set": LOAD + "def predict_fn(data, model): return {1}\n",
    "input_fn": (
        "def model_fn(model_dir): return 2\n"
        "def input_fn(body, content_type): return [str(type(body).__name__), content_type]\n"
        "def predict_fn(data, model): return [*data, model]\n"
    ),
    "output_fn": (
        "def model_fn(model_dir, context): return context.system_properties['gpu_id']\n"
        "def predict_fn(data, model, context): return [model]\n"
        "def output_fn(prediction, accept): return str(prediction), accept + '+x', 'more'\n"
    ),
    "transform_fn": (
        "predict_fn = None\n"
        "def model_fn(model_dir): return 2\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    return str([model, body, content_type, accept])\n"
    ),
    "a generic error": LOAD + "def predict_fn(data, model): raise ValueError('no')\n",
    "a toolkit error": (
        "from sagemaker_inference.errors import BaseInferenceToolkitError\n"
        "def model_fn(model_dir): return 2\n"
        "def input_fn(body, content_type): raise BaseInferenceToolkitError(422, 'no', 'phrase')\n"
        "def predict_fn(data, model): return data\n"
    ),
    "an unsupported type": (
        "from sagemaker_inference.errors import UnsupportedFormatError\n"
        "def model_fn(model_dir): return 2\n"
        "def transform_fn(model, body, content_type, accept): raise UnsupportedFormatError('a')\n"
    ),
    "hooks": (
        "CALLS = []\n"
        "def pre_model_fn(model_dir): CALLS.append('pre')\n"
        "def model_fn(model_dir): CALLS.append('model'); return CALLS\n"
        "def model_warmup_fn(model_dir, model, context): model.append('warm-up')\n"
        "def transform_fn(model, body, content_type, accept): return str(model)\n"
    ),
    "a status": (
        "def model_fn(model_dir): return 2\n"
        "def transform_fn(model, body, content_type, accept, context):\n"
        "    context.set_response_status(503, 'busy')\n"
        "    return 'come back later'\n"
    ),
}


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    buffer = BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def npz() -> bytes:
    buffer = BytesIO()
    sparse.save_npz(buffer, sparse.csr_matrix(np.eye(2)))
    return buffer.getvalue()


PICKLED = npy(np.array([{1: 2}]), allow_pickle=True)
# With numpy 1, the toolkit reads text in CSV as bytes.
INPUTS: list[tuple[str | None, bytes]] = [
    ("application/json", b"[[1, 2.5], [3, 4]]"),
    ("application/json", b'{"a": [1]}'),
    ("application/json", b"[1,"),
    ("application/json", b"\xff"),
    ("application/json; charset=utf-8", b"[1]"),
    ("text/csv", b"1,2\n3,4\n"),
    *([("text/csv", b"a,b\n1,2\n")] if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else []),
    ("text/csv", b"1,,3"),
    ("application/x-npy", npy(np.arange(3))),
    ("application/x-npy", b"nothing"),
    ("application/x-npy", PICKLED),
    ("application/x-npz", npz()),
    ("text/plain", b"hello"),
    (None, b"[1]"),
    ("application/json", b""),
]
ACCEPTS = [
    None,
    "*/*",
    "text/csv",
    "application/x-npy",
    "image/png, text/csv",
    "text/csv;q=0.5",
    "image/png",
]


class Outcome(NamedTuple):
    """The status of a response, and its body and content type if it is no error."""

    status: int
    body: bytes | None = None
    content_type: str | None = None


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = list(sys.path)
    yield tmp_path
    sys.path[:] = before


def toolkit(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function from a call to the toolkit's outcome."""
    name = f"script_{folder.name.replace('-', '_')}"
    (folder / f"{name}.py").write_text(script)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("SAGEMAKER_PROGRAM", f"{name}.py")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    handler = transformer.Transformer()
    handler.validate_and_initialize(str(folder), Context(str(folder), {}))

    def run(call: Invocation) -> Outcome:
        context = Context(str(folder), call.parameters)
        handler._context = context  # the model server has one, which it updates
        (result,) = handler.transform([{"body": call.body}], context)
        if context.status >= 400:
            return Outcome(context.status)
        return Outcome(200, _as_model_servers_do(result), context.headers["Content-Type"])

    return run


def _as_model_servers_do(result: Any) -> bytes:
    if isinstance(result, bytes):
        return result
    return (result if isinstance(result, str) else json.dumps(result)).encode()


def local(script: str, folder: Path) -> Any:
    """A function from a call to smrt's outcome."""
    (folder / "inference.py").write_text(script)
    model = load_model(folder)

    def run(call: Invocation) -> Outcome:
        try:
            prediction = model.predict(call).buffered()
        except ModelFailure as exc:
            return Outcome(exc.status)
        assert isinstance(prediction.body, bytes)
        return Outcome(200, prediction.body, prediction.content_type)

    return run


def calls() -> Iterator[Invocation]:
    for (content_type, body), accept in product(INPUTS, ACCEPTS):
        parameters = {"ContentType": content_type, "Accept": accept}
        yield Invocation(body, {name: value for name, value in parameters.items() if value})


@pytest.mark.parametrize("name", SCRIPTS)
def test_smrt_does_what_the_toolkit_does(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, actual = toolkit(SCRIPTS[name], folder, monkeypatch), local(SCRIPTS[name], folder)
    outcomes = ((call, actual(call), expected(call)) for call in calls())
    differing = [(call, outcome) for call, outcome, other in outcomes if outcome != other]
    assert {call.body for call, _ in differing} <= {PICKLED}
    assert all(outcome.status == 500 for _, outcome in differing)
