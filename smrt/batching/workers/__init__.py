"""Several processes that send the records of one job, each with an engine of its own."""
