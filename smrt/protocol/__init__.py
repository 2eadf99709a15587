"""The SageMaker Runtime API: operations, messages, signing, retry rules. No I/O."""
