"""The options of a process that joins a job, from the command line that started it."""

import os

from smrt.batch.job.job_description import JobDescription
from smrt.batch.shared.joined_job import StartingCommand

from .typed_batch_options import BatchCommandOptions


def options_in_job(
    options: BatchCommandOptions,
    own: BatchCommandOptions,
    start: StartingCommand,
    description: JobDescription,
) -> BatchCommandOptions:
    """`options`, with what the job says: files, parameters, region and endpoint URL.

    The machine that started the job may have other variables, and another current folder. Which
    engine starts processes is that of this line, `own`.
    """
    batch, endpoint = options.batch, description.endpoint
    errors = batch.errors and os.path.join(start.directory, batch.errors)
    shared = options.shared
    connection = shared.connection._replace(region=endpoint["Region"], endpoint_url=endpoint["Url"])
    return options._replace(
        shared=shared._replace(connection=connection),
        invoke=options.invoke._replace(
            parameters=description.parameters, input_json=None, input_yaml=None
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
