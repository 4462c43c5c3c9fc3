"""Run every sample under the sanitizers of gcc and under valgrind: no finding.

Each is called rightly, in every way that there is, and wrongly, as its usage: line
allows; all that in namespaces on this machine, for an emulated one takes minutes.
gcc's and clang's analyzers, which run nothing, are part of tests/lint/run.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.faults.cases import reason
from tests.faults.lines import LineError
from tests.faults.memory import TOOLS, check
from tests.faults.subject import BuildError, build, choose_runnable
from tests.lab.cache import LabError


def main() -> int:
    """Run the tools; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/sanitizers/run", description=__doc__.split("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="SAMPLE", help="all when none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    args = parser.parse_args()
    passed = failed = skips = 0
    try:
        chosen, skips = choose_runnable(args.names)
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
                passed += runs - len(wrong)
                failed += len(wrong)
    except (LabError, OSError, BuildError, LineError) as error:
        print(f"sanitize: {error}", file=sys.stderr)
        failed += 1
    print(f"{passed} passed, {failed} failed, {skips} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
