/* Screenshots for people to look at: four places in four states. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { CHECKOUT, SCHEMES, SIZES, openBook } from "./book.mjs";

const FOLDER = join(CHECKOUT, "build", "screenshots");
const PLACES = {
    first: "index.html",
    chapter: "docs/introduction.html",
    terminals: "docs/introduction.html#without-being-root",
    samples: "docs/samples.html",
};

let book, opening;
beforeEach(async () => {
    mkdirSync(FOLDER, { recursive: true });
    book = await (opening ??= openBook());
});
after(() => book?.close());

for (const [size, options] of Object.entries(SIZES))
    for (const colorScheme of SCHEMES)
        for (const [name, address] of Object.entries(PLACES))
            test(`screenshot of ${name}: ${size}, ${colorScheme}`, async () => {
                const context = await book.browser.newContext({ ...options, colorScheme });
                const tab = await context.newPage();
                await tab.goto(book.ways.http + address);
                await tab.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
                await context.close();
            });
