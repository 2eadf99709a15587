"""Objects in S3: inputs to upload, results to wait for."""
