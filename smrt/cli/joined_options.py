"""The options of a process that joins a job, from the command line that started it."""

import os

from smrt.batching.job.job_description import JobDescription
from smrt.batching.shared.joined_job import StartingCommand

from .typed_batch_options import BatchCommandOptions


def options_in_job(
    options: BatchCommandOptions,
    own: BatchCommandOptions,
    start: StartingCommand,
    description: JobDescription,
) -> BatchCommandOptions:
    """`options`, with what the job says: files, parameters, region and endpoint URL.

    The machine that started the job may have other variables, and another current folder. The
    engine that starts processes, and what is printed, are those of this line, `own`.
    """
    batch, endpoint = options.batch, description.endpoint
    errors = batch.errors and os.path.join(start.directory, batch.errors)
    connection = options.shared.connection._replace(
        region=endpoint["Region"], endpoint_url=endpoint["Url"]
    )
    profile = own.shared.profile or options.shared.profile
    return options._replace(
        shared=own.shared._replace(profile=profile, connection=connection),
        invoke=options.invoke._replace(
            parameters={name: str(value) for name, value in description.parameters.items()},
            input_json=None,
            input_yaml=None,
        ),
        batch=batch._replace(
            input=description.input["Path"],
            output=description.settings["output"],
            errors=errors,
            job=None,
            join=own.batch.join,
            engine=own.batch.engine,
            address=own.batch.address,
            workers=own.batch.workers,
        ),
        arguments=own.arguments,
    )
