"""Content types by the suffixes of files; the same on every host."""

from mimetypes import MimeTypes

_OF_MODELS = {
    ".avif": "image/avif",
    ".csv": "text/csv",
    ".flac": "audio/flac",
    ".jsonl": "application/jsonlines",
    ".libsvm": "text/libsvm",
    ".npy": "application/x-npy",
    ".npz": "application/x-npz",
    ".parquet": "application/x-parquet",
    ".recordio": "application/x-recordio-protobuf",
    ".wav": "audio/wav",
    ".webp": "image/webp",
}
"""What SageMaker's containers read, and Python does not know, or names in another way."""
_types = MimeTypes()
for _suffix, _content_type in _OF_MODELS.items():
    _types.add_type(_content_type, _suffix)


def content_type_by_suffix(name: str) -> str | None:
    """The content type of the file `name`; None if it is unknown, or the file is compressed."""
    content_type, encoding = _types.guess_type(name)
    return None if encoding else content_type
