/* Comparison by consistent renaming in the page decides as in the suite. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Names, readKinds } from "../../docs/live/compare.js";
import { CHECKOUT } from "./node.mjs";

const read = (name) => JSON.parse(readFileSync(join(CHECKOUT, name), "utf8"));
const kinds = readKinds(read("docs/transcripts/classes.json"));
const cases = read("tests/transcripts/compare.json");

/* Return a page's names; what of the run is in dead is nobody's. */
function names(dead = new Set()) {
    return new Names(kinds, async (_, values) =>
        new Set(Array.from(values).filter((value) => !dead.has(value))));
}

describe("comparison", () => {
    for (const [book, run] of cases.agree)
        test(`agree: '${book}' and '${run}'`, () => {
            assert.deepEqual(names().compare([book], [run]), []);
        });

    for (const [book, run, reason] of cases.differ)
        test(`differ: '${book}' and '${run}'`, () => {
            assert.deepEqual(names().compare([book], [run], "sh1# a"), [{ reason, book, run }]);
        });

    for (const [name, steps] of Object.entries(cases.pages))
        test(name, async () => {
            const dead = new Set();
            const page = names(dead);
            for (const step of steps) {
                const wrong = page.compare(step.book, step.run, step.where);
                assert.deepEqual(wrong.map(({ reason }) => reason), step.wrong);
                step.dead?.forEach((value) => dead.add(value));
                if (step.dead)
                    await page.bury();
            }
        });
});
