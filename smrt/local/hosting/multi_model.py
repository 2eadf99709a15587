"""A multi-model endpoint: a folder of archives, each loaded when a call first names it.

https://docs.aws.amazon.com/sagemaker/latest/dg/invoke-multi-model-endpoint.html
"""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from smrt.errors import ConfigurationError, UsageError
from smrt.local.api_errors import validation_error
from smrt.local.endpoint import Endpoint, Invocation, ModelFailure, Prediction
from smrt.local.model import Model

from .cold_start import after_cold_start
from .model_archive import SUFFIX, ExtractedArchive, extracted

_MEMBER = "TargetModel"


class _LoadedArchive(NamedTuple):
    """A model, and the time of its archive."""

    endpoint: Endpoint
    modified_at: int


class _ArchivedModel(NamedTuple):
    """A model whose folder exists as long as anybody calls it."""

    model: Model
    archive: ExtractedArchive

    def predict(self, call: Invocation) -> Prediction:
        """The model's prediction. Raises ModelFailure."""
        return self.model.predict(call)


class MultiModel:
    """The models whose archives are in `folder`; `load` loads an extracted one.

    A model is ready `cold_start` seconds after its first call.
    """

    def __init__(self, folder: Path, load: Callable[[Path], Model], cold_start: float) -> None:
        self._folder = folder.resolve()
        self._load = load
        self._cold_start = cold_start
        self._lock = Lock()
        self._loaded: dict[Path, _LoadedArchive] = {}

    def invoke(self, call: Invocation) -> Prediction:
        """The prediction of the target model. Raises ModelFailure, NotReady and ApiError."""
        target = call.parameters.get(_MEMBER)
        if target is None:
            raise validation_error(
                "TargetModel header is required for multi-model endpoints. smrt local serves "
                f"{', '.join(archive_names(self._folder))}."
            )
        return self._endpoint(self._path(target))(call)

    def _path(self, target: str) -> Path:
        path = (self._folder / target).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise validation_error(
                f"Failed to download model data: there is no {target} in {self._folder}."
            )
        return path

    def _endpoint(self, path: Path) -> Endpoint:
        """The model of the archive at `path`, loaded again if the archive has changed."""
        modified_at = path.stat().st_mtime_ns
        with self._lock:
            loaded = self._loaded.get(path)
            if loaded is None or loaded.modified_at != modified_at:
                loaded = self._loaded[path] = self._new(path, modified_at)
            return loaded.endpoint

    def _new(self, path: Path, modified_at: int) -> _LoadedArchive:
        try:
            archive = extracted(path)
            model = _ArchivedModel(self._load(archive.folder), archive)
        except (UsageError, ConfigurationError) as exc:
            raise ModelFailure(HTTPStatus.INTERNAL_SERVER_ERROR, exc.message) from exc
        return _LoadedArchive(after_cold_start(model.predict, self._cold_start), modified_at)


def archive_names(folder: Path) -> list[str]:
    """The archives below `folder`, as calls name them."""
    paths = sorted(folder.rglob(f"*{SUFFIX}"))
    return [path.relative_to(folder).as_posix() for path in paths]
