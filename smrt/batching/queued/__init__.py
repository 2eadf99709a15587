"""Batches on asynchronous endpoints: requests are queued, and results are listed in S3."""
