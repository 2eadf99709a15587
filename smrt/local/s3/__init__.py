"""The S3 of the local endpoint."""
