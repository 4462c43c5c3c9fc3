/* The transcripts of the book print in the page's machine what the book shows.

   All transcripts of a lab run one after the other in one restored machine, as a reader
   presses them. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { readKinds } from "../../docs/live/compare.js";
import { nameOf, Session } from "../../docs/live/session.js";
import { CHECKOUT, restoreMachine } from "./node.mjs";

const LIVE = join(CHECKOUT, "build/html/live");
const read = (name) => JSON.parse(readFileSync(join(LIVE, name), "utf8"));

for (const name of readdirSync(join(LIVE, "pages")))
    for (const [number, lab] of read(`pages/${name}`).entries())
        describe(`${name}, lab ${number + 1}`, () => {
            let machine, session, broken;
            // Not before(): that would restore one for tests that nobody asked for.
            beforeEach(async () => {
                if (machine)
                    return;
                machine = await restoreMachine();
                session = new Session(machine, readKinds(read("classes.json")));
            });
            after(() => machine?.close());

            async function run(transcript) {
                const wrong = [];
                await session.begin(transcript);
                for (const step of transcript.steps)
                    for (const difference of await session.step(step))
                        wrong.push({ step: nameOf(step), ...difference });
                return wrong;
            }

            for (const transcript of lab)
                test(transcript.name, { skip: transcript.cannot }, async () => {
                    assert.equal(broken, undefined, "not run, because of an earlier one");
                    broken = transcript.name;
                    const wrong = await run(transcript);
                    broken = undefined;
                    assert.deepEqual(wrong, []);
                });
        });
