"""Clusters that start the workers of a batch."""
