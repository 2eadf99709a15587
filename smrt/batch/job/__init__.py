"""The job folder of a batch: what was sent and what came back, durable on one machine."""
