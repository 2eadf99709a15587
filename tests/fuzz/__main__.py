"""Run smrt with random input: `python -m tests.fuzz --seconds 60 --seed 7 --target responses`.

Every finding is printed with the command that repeats it, and with its smallest input; the exit
status is then 1. A seed always makes the same cases, of which a longer run reaches more.
"""

import argparse
import sys
from random import SystemRandom
from time import monotonic

from .runner import Runner
from .sandbox import prepare_process
from .targets import LEAST_PER_MINUTE, TARGETS


def main() -> int:
    """Run the targets that the command line names, by default all of them."""
    options = _parser().parse_args()
    seed = SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    names = options.target or list(TARGETS)
    prepare_process()
    _print(f"seed {seed}")
    runner = Runner({name: TARGETS[name] for name in names}, seed, _print, LEAST_PER_MINUTE)
    if options.case is None:
        runner.run(options.seconds, monotonic)
    else:
        runner.run_one(options.case)
    _print(f"{len(runner.findings)} findings")
    return int(bool(runner.findings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to run (60)")
    parser.add_argument("--seed", type=int, help="a number; by default a random one")
    parser.add_argument("--target", action="append", choices=TARGETS, help="repeatable")
    parser.add_argument("--case", type=int, help="run only the case with this number")
    return parser


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
