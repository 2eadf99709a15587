"""The job folder of a batch: what was sent and what came back, durable on one machine.

A run of a job, from its start to its end (`job_opening`, `job_store`, `result_output`):

    folder = open_job("OUT.job", JobDescription(input=…, endpoint=…, …), resume=False)
    folder.spool(sys.stdin.buffer)          # standard input; or store_list(lines) for a folder
    store = JobStore(folder, PartitionPlan(partitions, count), InDoubt.RESEND)
    for partition in partitions():
        attempt = store.claim(partition)    # None: another process has it, or it is done
        earlier = attempt.earlier()         # .stored: do not send; .in_doubt: by --in-doubt
        attempt.sent([offset])              # before a byte of the call leaves
        attempt.unsent([offset])            # it provably did not run: not started again
        attempt.response(offset, line, ok=True)     # or responses(results), in one write
        attempt.commit()                    # every record has its result; or close()
    store.sync()                            # once a second
    manifest = store.finish(ResultFile("OUT"))      # or ResultFolder(path, names)
    folder.remove()                         # if manifest.is_final, unless --job named it
    store.close()

If `folder.manifest()` exists after `open_job`, the result of the round is written, and its input
may be gone: go on with `finish`. `--retry-failed` is `store.next_round()` after a complete round,
then the loop again. With `InDoubt.SKIP`, the records in doubt get an error as their result, which
is stored with `response(…, ok=False, in_doubt=True)`. Workers and `--status` use
`attach_job(path)`, which neither starts the job nor locks it; workers start after `open_job`, and
`claim` their partitions from a store of their own. `store.results()` iterates over the results of
a complete round in the order of the input, for standard output and `--errors`.

All errors are SmrtErrors: UsageErrors (252) from `open_job` and `spool`, before a request; what
cannot be stored is a SmrtError (255), to which the caller adds the line that resumes. After one,
`sent` and `commit` raise it again, while `response` still tries to store what arrives.
"""
