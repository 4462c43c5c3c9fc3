/* Ask the Python of the tests. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

/* Run a program that may import the packages tests and book; return what it prints. */
export function python(program, input = "") {
    const PYTHONPATH = [CHECKOUT, `${CHECKOUT}/docs/_ext`].join(":");
    return execFileSync("/usr/bin/python3", ["-P", "-B", "-c", program],
        { input, encoding: "utf8", env: { ...process.env, PYTHONPATH } });
}
