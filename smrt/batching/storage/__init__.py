"""Batches in S3: inputs that are read in ranges, results, and the objects of a job.

S3 has no append. So calls are reserved: one object names the records of a window before the first
of them is sent, and responses follow in segments of some seconds or megabytes. What was reserved,
and stands in no stored segment, is in doubt.
"""
