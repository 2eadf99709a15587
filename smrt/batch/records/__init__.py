"""The data of a batch: records of the input, and their results."""
