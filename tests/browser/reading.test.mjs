/* What a reader does with the book: copy, choose colours, go on, search. */

import assert from "node:assert/strict";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { SIZES, copied, openBook, openTab, transcripts } from "./book.mjs";

const CHAPTER = "docs/introduction.html";
const TEN_WORDS = [
    "CLONE_NEWNET", "execvp", "veth0", "unshare(2)", "/proc/self/ns", "mount --bind",
    "setns", "nsfs", "O_CLOEXEC", "lsns",
];

let book, opening;
// Not before(): that would open one for tests that nobody asked for.
beforeEach(async () => { book = await (opening ??= openBook()); });
after(() => book?.close());

/* Open a context and a tab for each test; way and size are those of the group. */
function reader(way, options) {
    const at = {};
    beforeEach(async () => {
        at.base = book.ways[way];
        at.context = await book.browser.newContext(options);
        at.tab = await openTab(at.context, at.base);
        at.go = (page) => at.tab.goto(at.base + page);
    });
    afterEach(async () => {
        const { wrong } = at.tab;
        await at.context.close();
        assert.deepEqual(wrong, []);
    });
    return at;
}

/* Runs in the page: press a copy button; return what it would put on the clipboard. */
function pressed(button) {
    return new Promise((resolve) => {
        navigator.clipboard.writeText = async (text) => resolve(text);
        button.click();
    });
}

for (const way of ["http", "disk"])
    describe(`reading, ${way}`, () => {
        const at = reader(way, { ...SIZES.desktop, colorScheme: "light" });

        test("copy gives exactly what one shell can be given at once", async () => {
            await at.go(CHAPTER);
            const sessions = await at.tab.locator(".session:not(.older-kernel *)").all();
            const sources = transcripts("introduction");
            assert.equal(sessions.length, sources.length);
            for (const [index, { name, text }] of sources.entries()) {
                const found = [];
                for (const button of await sessions[index].locator(".copy").all()) {
                    const label = await button.getAttribute("aria-label");
                    found.push([label.split(" ").at(-1), await button.evaluate(pressed)]);
                }
                assert.deepEqual(found, copied(text), name);
            }
        });

        test("copy gives a listing without its numbers", async () => {
            await at.go(CHAPTER);
            const listing = at.tab.locator("#unshare-c .highlight");
            await listing.hover();
            const source = await listing.locator(".copy").evaluate(pressed);
            assert.match(source, /^\/\*\n \* unshare\.c - /);
            assert.match(source, /\n {8}fputs\("usage/);
        });

        test("the button puts it on the clipboard, and says so", async () => {
            await at.context.grantPermissions(["clipboard-read", "clipboard-write"]);
            await at.go(CHAPTER);
            const copy = at.tab.locator(".session .copy").first();
            await copy.click();
            await at.tab.getByText("Copied").waitFor();
            const clipboard = await at.tab.evaluate(() => navigator.clipboard.readText());
            assert.equal(clipboard, "ls -l /proc/self/ns");
        });

        test("the choice of colours is seen and survives a reload", async () => {
            await at.go(CHAPTER);
            const paper = () => at.tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
            const light = await paper();
            await at.tab.locator("#theme").click();
            await at.tab.locator("#theme").click();
            const dark = await paper();
            assert.notEqual(dark, light);
            await at.tab.reload();
            assert.equal(await paper(), dark);
            assert.equal(await at.tab.locator("#theme").textContent(), "Colours: dark");
        });

        test("a chapter read to its end is marked, also after a reload", async () => {
            const done = at.tab.locator("#chapters .done");
            await at.go(CHAPTER);
            assert.equal(await done.count(), 0);
            await at.tab.locator(".neighbours").scrollIntoViewIfNeeded();
            await done.waitFor();
            await at.tab.reload();
            assert.equal(await done.count(), 1);
            await at.go("index.html");
            assert.equal(await at.tab.locator(".toctree-wrapper .done").count(), 1);
            await at.go(CHAPTER);
            await at.tab.locator(".read").click();
            await at.tab.reload();
            assert.equal(await done.count(), 0);
        });

        test("a figure is stepped through", async () => {
            await at.go(CHAPTER);
            const figure = at.tab.locator(".steps:has(#figure-life)");
            const nodes = figure.locator("svg .node:not(.off)");
            const shown = async () => (await nodes.allTextContents()).map((text) => text.trim());
            const place = figure.locator("output");
            const on = figure.locator(".step-on");
            assert.deepEqual(await shown(), ["unshare, the creator", "net namespace"]);
            await on.click();
            assert.equal(await place.textContent(), "Step 2 of 5");
            assert.ok((await shown()).includes("/tmp/my_net_ns, the pin"));
            for (let step = 3; step <= 5; step += 1)
                await on.click();
            assert.deepEqual(await shown(), ["5: gone"]);
            await on.click();
            assert.equal(await place.textContent(), "Step 1 of 5");
        });

        test("a term shows its definition on hover and focus, until Escape", async () => {
            await at.go(CHAPTER);
            const term = at.tab.locator("a[href$='#term-zombie']:has(> .std-term)").first();
            const definition = at.tab.locator(".definition:visible");
            assert.equal(await definition.count(), 0);
            await term.hover();
            assert.match(await definition.textContent(), /process that has ended/);
            await definition.hover();
            assert.equal(await definition.count(), 1);
            await at.tab.mouse.move(0, 0);
            assert.equal(await definition.count(), 0);
            await term.focus();
            assert.equal(await definition.count(), 1);
            await at.tab.keyboard.press("Escape");
            assert.equal(await definition.count(), 0);
        });

        for (const word of TEN_WORDS)
            test(`search finds ${word}`, async () => {
                await at.go(CHAPTER);
                await at.tab.keyboard.press("Control+k");
                await at.tab.keyboard.type(word);
                await at.tab.keyboard.press("Enter");
                await at.tab.locator(`.search a[href*="introduction.html"]`).first().waitFor();
            });
    });

describe("reading by keyboard", () => {
    const at = reader("http", SIZES.desktop);

    /* Runs in the page: what can be operated and is shown, as the keyboard should
       find it. */
    function operable() {
        const all = "a[href], button:enabled, input, summary, [tabindex='0']";
        return Array.from(document.querySelectorAll(all)).filter((element) => {
            element.dataset.reached = "no";
            return element.checkVisibility({ visibilityProperty: true });
        }).length;
    }

    /* Runs in the page: note the focused element; return what is wrong with it. */
    function look() {
        const element = document.activeElement;
        if (element === document.body || element.dataset.reached !== "no")
            return { ended: true };
        element.dataset.reached = "yes";
        const style = getComputedStyle(element);
        const name = `${element.tagName} ${element.textContent.trim().slice(0, 30)}`;
        if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)
            return { wrong: `${name}: no outline` };
        if (style.opacity !== "1")
            return { wrong: `${name}: cannot be seen` };
        const box = element.getClientRects()[0];
        const hit = document.elementFromPoint(
            Math.max(0, box.left + box.width / 2), box.top + Math.min(box.height / 2, 100));
        if (!element.contains(hit) && !hit?.contains(element))
            return { wrong: `${name}: is covered or outside, at ${box.left}, ${box.top}` };
        return {};
    }

    for (const page of ["index.html", CHAPTER, "docs/samples.html"])
        test(`${page}: Tab reaches everything, and shows where it is`, async () => {
            await at.go(page);
            const count = await at.tab.evaluate(operable);
            const wrong = [];
            let reached = 0;
            for (;;) {
                await at.tab.keyboard.press("Tab");
                const seen = await at.tab.evaluate(look);
                if (seen.ended)
                    break;
                reached += 1;
                if (seen.wrong)
                    wrong.push(seen.wrong);
            }
            assert.deepEqual(wrong, []);
            assert.equal(reached, count);
        });

    test("Enter and Space work what has the focus", async () => {
        await at.go(CHAPTER);
        await at.tab.locator("#theme").focus();
        await at.tab.keyboard.press("Space");
        assert.equal(await at.tab.locator("#theme").textContent(), "Colours: light");
        /* To focus the button is to see the end of the chapter, so it counts as read. */
        await at.tab.locator(".read").focus();
        await at.tab.locator(".read[aria-pressed=true]").waitFor();
        await at.tab.keyboard.press("Enter");
        await at.tab.locator(".read[aria-pressed=false]").waitFor();
        await at.tab.locator(".skip").focus();
        await at.tab.keyboard.press("Enter");
        assert.equal(await at.tab.evaluate(() => document.activeElement.id), "main");
    });
});

describe("reading on a phone", () => {
    const at = reader("http", SIZES.phone);

    test("the list of chapters opens and closes", async () => {
        await at.go(CHAPTER);
        const list = at.tab.locator("#chapters");
        const menu = at.tab.locator("#menu");
        assert.equal(await list.isVisible(), false);
        await menu.tap();
        assert.equal(await list.isVisible(), true);
        assert.equal(await menu.getAttribute("aria-expanded"), "true");
        await menu.tap();
        assert.equal(await list.isVisible(), false);
    });
});

describe("reading without JavaScript", () => {
    const at = reader("disk", { ...SIZES.phone, javaScriptEnabled: false });

    test("the chapters can be reached, and no button is there that does nothing", async () => {
        await at.go(CHAPTER);
        assert.equal(await at.tab.locator("#chapters").isVisible(), true);
        assert.equal(await at.tab.locator("button:visible").count(), 0);
    });
});
