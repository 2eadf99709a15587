"""Calls: the boto3-shaped client, the caller below it, and its attempts."""
