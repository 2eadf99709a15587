"""What the command line says about the data of a batch."""

from typing import NamedTuple


class DataOptions(NamedTuple):
    """Options by the names of SageMaker Batch Transform; an empty text chooses by the input."""

    format: str = ""
    """One of FORMATS."""
    content_type: str = ""
    split_type: str = ""
    """None or Line."""
    header: str = "none"
    """The first row of a CSV file: a record (none), dropped (skip), or sent with each request."""
    input_filter: str = "$"
    output_filter: str = "$"
    join_source: str = "None"
    """None or Input."""
    assemble_with: str = ""
    """None or Line."""
    batch_strategy: str = "SingleRecord"
    max_payload_in_mb: int | None = None
    max_records_per_request: int | None = None
    output_split: str = ""
    """A JMESPath expression."""
    limit: int | None = None
    s3_data_type: str = ""
    """S3Prefix or ManifestFile."""
    binary_format: str = "base64"
    """The text of Body in records of the format calls, as --cli-binary-format."""
