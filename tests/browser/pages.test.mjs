/* Every page, in two sizes and two colour schemes, over http and from disk. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, beforeEach, describe, test } from "node:test";
import { NOT_FOUND, SCHEMES, SIZES, openBook, openTab, pages } from "./book.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let book, opening;
// Not before(): that would open one for tests that nobody asked for.
beforeEach(async () => { book = await (opening ??= openBook()); });
after(() => book?.close());

/* Runs in the page: what reaches over the right edge and cannot be scrolled to. */
function tooWide() {
    const width = document.documentElement.clientWidth;
    const found = [];
    if (document.documentElement.scrollWidth > width)
        found.push(`the page itself: ${document.documentElement.scrollWidth} px`);
    for (const element of document.querySelectorAll("main *, header *, footer *")) {
        const box = element.getBoundingClientRect();
        if (box.width && box.right > width + 1 && !element.closest("pre, .diagram, .wide"))
            found.push(`${element.tagName} ${element.className}: ${box.right} px`);
    }
    return found;
}

/* Runs in the page: prose that is squeezed into a column nobody can read. */
function tooNarrow() {
    return Array.from(document.querySelectorAll("main p, main > section > h1"))
        .filter((text) => text.textContent.length > 60 || text.matches("h1"))
        .filter((text) => text.checkVisibility() && !text.closest("td"))
        .filter((text) => text.getBoundingClientRect().width < 160)
        .map((text) => text.textContent.slice(0, 40));
}

/* Runs in the page, after axe: what it calls a violation, one line a rule. Contrast
   takes most of the time; on the way from disk no colour changes. */
async function violations(way) {
    const result = await globalThis.axe.run({
        preload: false,
        resultTypes: ["violations"],
        rules: { "color-contrast": { enabled: way === "http" } },
    });
    return result.violations.map((rule) => {
        const [first] = rule.nodes;
        return `${rule.id} (${rule.nodes.length}): ${first.target} ${first.failureSummary}`;
    });
}

async function check(way, size, colorScheme, page) {
    const context = await book.browser.newContext({ ...SIZES[size], colorScheme });
    try {
        const tab = await openTab(context, book.ways[way]);
        await tab.goto(book.ways[way] + page);
        await tab.evaluate(AXE);
        assert.deepEqual(await tab.evaluate(violations, way), []);
        assert.deepEqual(await tab.evaluate(tooWide), []);
        assert.deepEqual(await tab.evaluate(tooNarrow), []);
        assert.deepEqual(tab.wrong, []);
    } finally {
        await context.close();
    }
}

describe("pages", { concurrency: 2 }, () => {
    for (const page of pages())
        for (const way of page === NOT_FOUND ? ["http"] : ["http", "disk"])
            for (const size of Object.keys(SIZES))
                for (const scheme of SCHEMES)
                    test(`${page}: ${way}, ${size}, ${scheme}`, () => check(way, size, scheme, page));
});
