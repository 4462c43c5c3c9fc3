/* A verdict reads the same in the page as in the terminal: tests/exercises/show.py
   prints the same lines from what a grader says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, verdictLines } from "../../docs/live/verdict.js";
import { python } from "./python.mjs";

const PROGRAM = `
import sys
from tests.exercises.grading import parse
from tests.exercises.show import verdict_lines
sys.stdout.write("\\n".join(verdict_lines(parse(sys.stdin.read().splitlines()))))
`;
const FACTS = ["fact\tok\tstatus\tit ends with 0", "fact\tfailed\tname\tone\\040name is right",
    "fact\tfailed\tlate\tand\\134more", "fact\tunknown\tlast\tnot looked at"];
const DETAILS = ["expected\ttwo\\012lines", "observed\ta\\011tab, \\033[1m and \\303\\251",
    "said\tfirst", "said\tsecond", "look\tls"];

const CASES = {
    "one that passed": [FACTS[0], "verdict\tpassed\t"],
    "one that failed": [...FACTS, ...DETAILS, "verdict\tfailed\tname"],
    "one without details": [...FACTS, "verdict\tfailed\tname"],
};

for (const [name, lines] of Object.entries(CASES))
    test(`${name} reads as in the terminal`, () => {
        const printed = python(PROGRAM, lines.join("\n"));
        assert.deepEqual(verdictLines(parse(lines), {}), printed.split("\n"));
    });
