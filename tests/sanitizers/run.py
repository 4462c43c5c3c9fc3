"""Run every sample under the sanitizers of gcc and under valgrind: no finding.

Each is called rightly, in every way that there is, and wrongly, as its usage: line
allows; all that in namespaces on this machine, for an emulated one takes minutes.
gcc's and clang's analyzers, which run nothing, are part of tests/lint/run.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from tests import part
from tests.faults.cases import reason
from tests.faults.lines import LineError
from tests.faults.memory import TOOLS, check
from tests.faults.subject import BuildError, build, choose_runnable


def run(args: argparse.Namespace) -> part.Counts:
    """Run the tools on the programs that were asked for; return what came of it."""
    passed = failed = 0
    chosen, skips = choose_runnable(args.only)
    build([])
    for subject in chosen:
        if why := reason(subject.name, "guest"):
            print(f"{subject.name}, called rightly: skipped: {why}", flush=True)
            skips += 1
    todo = [(subject, tool) for subject in chosen for tool in TOOLS]
    with ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda item: check(*item), todo)
        for (subject, tool), (runs, wrong) in zip(todo, results):
            name = f"{subject.name}, {tool.name}"
            print(f"{name:42} {runs:3} runs, {len(wrong)} wrong", flush=True)
            for text in wrong:
                print(text, flush=True)
            if wrong:
                print(f"  repeat: {part.repeat('sanitizers', subject.name)}")
            passed += runs - len(wrong)
            failed += len(wrong)
    return passed, failed, skips


if __name__ == "__main__":
    sys.exit(part.main("sanitizers", __doc__, run, failures=(BuildError, LineError)))
