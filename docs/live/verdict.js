/* The verdict of a grader, as tests/exercises/show.py prints it. */

const SECONDS = 150; // a grader ends by itself: see tests/exercises/library/sandbox.c

/* Return a field of a grader's line as it was; bytes that no terminal should see stay
   escaped. */
function unescaped(text) {
    return text.replace(/\\(\d{3})/g, (_, octal) => {
        const byte = parseInt(octal, 8);
        const known = { 9: "\t", 10: " ", 92: "\\" }[byte];
        return known ?? `\\x${byte.toString(16).padStart(2, "0")}`;
    });
}

/* Return the verdict in a grader's lines, undefined when they hold none. */
export function parse(lines) {
    const verdict = { passed: false, failed: "", facts: [], said: [], details: {} };
    for (const line of lines) {
        const [kind, ...fields] = line.split("\t").map(unescaped);
        if (kind === "fact" && fields.length === 3) {
            const [result, name, what] = fields;
            verdict.facts.push({ result, name, what });
        } else if (kind === "said" && fields.length > 0) {
            verdict.said.push(fields[0]);
        } else if (kind === "verdict" && fields.length === 2) {
            [verdict.passed, verdict.failed] = [fields[0] === "passed", fields[1]];
            return verdict;
        } else if (fields.length > 0) {
            verdict.details[kind] = fields[0];
        }
    }
    return undefined;
}

/* Return lines of a named text below a fact, its further lines aligned. */
function field(name, text) {
    const [first, ...more] = text.split("\n");
    return [" ".repeat(10) + name.padEnd(10) + first, ...more.map((line) => " ".repeat(20) + line)];
}

/* Return what stands below the first fact that failed; reads: where a label leads. */
function failure({ details, said }, reads) {
    return [
        ...field("expected", details.expected ?? ""),
        ...field("observed", details.observed ?? ""),
        ...said.flatMap((line, number) => field(number ? "" : "it said", line)),
        ...field("look", details.look ?? ""),
        ...field("read", reads[details.read] ?? details.read ?? ""),
    ];
}

/* Return a verdict as lines: facts in order, the first failure in full. */
export function verdictLines(verdict, reads) {
    const lines = verdict.facts.flatMap(({ result, name, what }) => {
        if (result === "ok")
            return [`  ok      ${what}`];
        if (name === verdict.failed)
            return [`  FAILED  ${what}`, ...failure(verdict, reads)];
        return result === "failed" ? [`  also    not yet: ${what}`] : [];
    });
    const unknown = verdict.facts.filter(({ result }) => result === "unknown").length;
    if (unknown)
        lines.push(`  (${unknown} more facts can only be looked at after that)`);
    return lines;
}

/* Judge a program of the machine; return {verdict, lines}. */
export async function judge(machine, name, program, reads) {
    const grader = `/book/build/exercises/${name}/grader`;
    const { lines } = await machine.order(`${grader} --patient ${program} 2>&1`, SECONDS);
    const verdict = parse(lines);
    return {
        verdict,
        lines: verdict ? verdictLines(verdict, reads)
            : ["the grader gave no verdict", ...lines.slice(-5)],
    };
}
