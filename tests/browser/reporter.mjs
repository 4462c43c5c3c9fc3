import { basename, dirname } from "node:path";

/* Report what node's test runner ran: each failure, and one closing line. */

/* What Node says of a test that was not asked for by its name. */
const OTHER = "test name does not match pattern";

function reason(error) {
    const cause = error.cause ?? error;
    return String(cause.stack ?? cause).replace(/^/gm, "    ");
}

/* The command that runs a failed test again: its part is the folder of its file. */
function repeat(name, file) {
    if (!file)
        return "";
    const only = name.replaceAll("'", "'\\''");
    return `    repeat: make test PART=${basename(dirname(file))} ONLY='${only}'\n`;
}

export default async function* report(events) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for await (const { type, data } of events) {
        /* A file or a group of tests counts when it fails by itself. */
        const { name = "", details = {} } = data;
        if (data.skip === OTHER)
            continue;
        const isGroup = details.type === "suite" || name.endsWith(".test.mjs");
        if (type === "test:pass" && !isGroup) {
            counts[data.skip === undefined ? "passed" : "skipped"] += 1;
        } else if (type === "test:fail" && details.error.failureType !== "subtestsFailed") {
            counts.failed += 1;
            yield `FAILED  ${name}\n${reason(details.error)}\n${repeat(name, data.file)}`;
        } else if (type === "test:stderr") {
            yield data.message;
        }
    }
    const { passed, failed, skipped } = counts;
    yield `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
