/* Every exercise of the book can be done in the page's machine: the compiler there takes
   starter and solution, and the grader tells them apart.

   All are done in one machine, one after the other, as by a reader who leaves the panel
   open. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { bringCompiler, build, must, quote, writeFile } from "../../docs/live/compile.js";
import { judge } from "../../docs/live/verdict.js";
import { CHECKOUT, restoreMachine } from "./node.mjs";
import { solutions } from "./solutions.mjs";

const LIVE = join(CHECKOUT, "build/html/live");
const SAMPLES = "/book/code-samples";
const EXERCISES = "/book/tests/exercises";
const read = (name) => JSON.parse(readFileSync(join(LIVE, name), "utf8"));

describe("exercises in the page's machine", () => {
    const passing = solutions();
    let machine;
    // Not before(): that would restore one for tests that nobody asked for.
    beforeEach(async () => {
        if (machine)
            return;
        machine = await restoreMachine();
        await bringCompiler(machine, () => readFileSync(join(LIVE, "compiler.squashfs")),
            `${SAMPLES}/unshare.c`);
    });
    after(() => machine?.close());

    /* Judge a text as the answer to an exercise. */
    async function attempt(name, suffix, text) {
        const program = `/book/work/${name}${suffix === ".c" ? "" : suffix}`;
        const source = `/book/work/${name}${suffix}`;
        await writeFile(machine, source, text);
        assert.deepEqual(await build(machine, source, program), []);
        return judge(machine, name, program, {});
    }

    for (const [name, { suffix }] of Object.entries(read("exercises.json")))
        test(`${name}: the starter fails, the solution passes`, async () => {
            const path = quote(`${EXERCISES}/${name}/starter${suffix}`);
            const starter = await must(machine, `cat ${path}`);
            const first = await attempt(name, suffix, `${starter.join("\n")}\n`);
            assert.equal(first.verdict?.passed, false, first.lines.join("\n"));
            const last = await attempt(name, suffix, passing[name]);
            assert.equal(last.verdict?.passed, true, last.lines.join("\n"));
        });

    test("what does not compile is said with its line", async () => {
        await writeFile(machine, "/book/work/wrong.c", "int main(void)\n{\n    return one;\n}\n");
        const errors = await build(machine, "/book/work/wrong.c", "/book/work/wrong");
        assert.deepEqual(errors, [{ line: 3, message: "'one' undeclared" }]);
    });
});
