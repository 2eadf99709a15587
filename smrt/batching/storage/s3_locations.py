"""S3 URIs of inputs, outputs and jobs."""

import posixpath

from smrt.batching.batch_options import S3_SCHEME
from smrt.errors import UsageError
from smrt.s3.objects import Location


def s3_location(uri: str) -> Location:
    """The location of an S3 URI, whose key may be empty. Raises UsageError."""
    bucket, _, key = uri.removeprefix(S3_SCHEME).partition("/")
    if not bucket:
        raise UsageError(f"not an S3 URI: '{uri}'", "use a URI such as s3://BUCKET/PREFIX")
    return Location(bucket, key)


def below(uri: str, name: str) -> Location:
    """The location of an object with a name below an S3 URI."""
    bucket, key = s3_location(uri)
    return Location(bucket, posixpath.join(key, name))
