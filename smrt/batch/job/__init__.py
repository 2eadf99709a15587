"""The job folder: what was sent and what came back, durable on one machine.

A run of a job, from its start to its end:

    folder = open_job("OUT.job", JobDescription(input=…, endpoint=…, …), resume=False)
    if folder.manifest(): …                 # the result has been written: go on with finish()
    folder.spool(sys.stdin.buffer)          # standard input; or store_list(lines) for a folder
    store = JobStore(folder, Layout(partitions, count), InDoubt.RESEND)
    for partition in partitions():
        attempt = store.claim(partition)    # None: another process has it, or it is done
        earlier = attempt.earlier()         # .stored: do not send; .in_doubt: by --in-doubt
        attempt.sent([offset])              # before a byte of the call leaves
        attempt.unsent([offset])            # it provably did not run: not started again
        attempt.response(offset, line, ok=True)
        attempt.commit()                    # every record has its result; or close()
    store.sync()                            # once a second
    manifest = store.finish(ResultFile("OUT"))      # or ResultFolder(path, names)
    folder.remove()                         # if manifest.is_final, unless --job named it
    folder.close()

`--retry-failed` is `store.next_round()` after a complete round, then the loop again. Workers and
`--status` use `attach_job(path)`, which neither starts the job nor locks it.

All errors are SmrtErrors: UsageError (252) from `open_job` and `spool`, before a request; what
cannot be stored is a SmrtError (255), to which the caller adds the line that resumes. After one,
`sent` raises it again, while `response` still tries to store what arrives.
"""
