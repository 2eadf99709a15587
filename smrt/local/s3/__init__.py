"""A local S3."""
