"""Load tests of an endpoint: load at a known schedule, exact figures, and reports of them.

    run_benchmark(plan, watcher)     levels one after the other (benchmark.py): load/ sends,
    find_max_concurrency(...)        or a search for the level that still passes (search.py)
    summarize(result, goals)         the figures of a level (figures/), from its samples (measures/)
    missed(thresholds, ...)          the verdict (figures/thresholds.py)
    document(...)                    a report as one value, and its files (report/)

Times are in seconds on the clock of the event loop; reports have milliseconds.
"""
