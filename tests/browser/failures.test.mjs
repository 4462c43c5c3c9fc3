/* From a message to its cause: the function alone, then the page and the search. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { CHECKOUT, SIZES, openBook, openTab } from "./book.mjs";

const PAGE = "docs/failures.html";
const SCRIPT = readFileSync(join(CHECKOUT, "docs/theme/static/failures.js"), "utf8");

/* A script of the page, which is no module: it must run from disk. */
const { describe: failure, find } = runInNewContext(
    `${SCRIPT}; ({ describe, find: findFailures })`);

describe("a message and what is pasted", () => {
    const known = {
        unshare: failure([["unshare failed: Operation not permitted"],
            ["unshare: unshare: Operation not permitted"]], "a seccomp filter"),
        map: failure([["uid_map: Operation not permitted"]], "one id"),
        setns: failure([["nsenter: setns: ", ": Invalid argument"]], "another type"),
        range: failure([["newuidmap: uid range ", " not allowed"]], "/etc/subuid"),
        silent: failure([], "The file system is still in use"),
    };

    function names({ how, found }) {
        const all = Object.keys(known);
        return [how, ...Array.from(found, (one) => all[Object.values(known).indexOf(one)])];
    }

    for (const [text, ...wanted] of [
        ["", "all", ...Object.keys(known)],
        [" \n", "all", ...Object.keys(known)],
        ["unshare: unshare failed: Operation not permitted", "message", "unshare"],
        ["./a/unshare: unshare: operation not permitted", "message", "unshare"],
        ["unshare: write failed /proc/self/uid_map: Operation not permitted", "message", "map"],
        ["write /proc/4711/uid_map: operation not permitted", "message", "map"],
        ["nsenter: setns: /home/me/ns/3: Invalid argument", "message", "setns"],
        ["nsenter: setns: ‘/home/me’: Invalid argument", "message", "setns"],
        ["newuidmap: uid range [5-9) -> [70000-70004) not allowed", "message", "range"],
        ["$ make\nnsenter: setns: x: Invalid argument\nmake: *** [all] Error 1", "message", "setns"],
        ["nsenter: setns: x:\n  Invalid argument", "message", "setns"],
        ["nsenter: setns: x\nuid_map: Operation not permitted\nrange", "message", "map"],
        ["operation not per", "words", "unshare", "map"],
        ["seccomp", "words", "unshare"],
        ["Operation not permitted: unshare", "words", "unshare"],
        ["frobnicate: uid_map: not permitted", "near", "map"],
        ["$ make\nfrobnicate: uid_map: not permitted\nmake: *** [all] Error 1", "near", "map"],
        ["Error: the range is not valid, and the argument is no uid_map", "none"],
        ["frobnicate", "none"],
        ["12345", "all", ...Object.keys(known)],
    ])
        test(JSON.stringify(text), () => {
            assert.deepEqual(names(find(Object.values(known), text)), wanted);
        });

    test("a paste of a megabyte is read at once", () => {
        const log = "unshare failed: no such thing\n".repeat(35000);
        const result = find(Object.values(known), `${log}uid_map: Operation not permitted`);
        assert.deepEqual(names(result), ["message", "map"]);
    });
});

let book, opening;
// Not before(): that would open one for tests that nobody asked for.
const open = async () => { book = await (opening ??= openBook()); };
after(() => book?.close());

/* Runs in the page: each message as another reader has it, with the place of its cause. */
function messages() {
    const other = (text) => text
        .replace(/'/g, "’")
        .replace(/\d+/g, (number) => String(Number(number) + 31))
        .replace(/\/[\w./-]*\w/g, "/home/me/some-where");
    return Array.from(document.querySelectorAll("dl.failure"), (list) =>
        Array.from(list.querySelectorAll(".message"), (message) => ({
            id: list.querySelector("dt[id]").id,
            text: Array.from(message.childNodes, (node) =>
                node.classList?.contains("yours") ? other(node.textContent) : node.textContent).join(""),
        }))).flat();
}

for (const way of ["http", "disk"])
    describe(`failures, ${way}`, () => {
        const at = {};
        beforeEach(async () => {
            await open();
            at.context = await book.browser.newContext(SIZES.desktop);
            at.tab = await openTab(at.context, book.ways[way]);
            await at.tab.goto(book.ways[way] + PAGE);
            at.box = at.tab.getByLabel("Your message");
            at.told = at.tab.locator(".narrow output");
            at.shown = () => at.tab.locator("dl.failure:not([hidden]) dt[id]")
                .evaluateAll((terms) => terms.map((term) => term.id));
        });
        afterEach(async () => {
            const { wrong } = at.tab;
            await at.context.close();
            assert.deepEqual(wrong, []);
        });

        test("each message leads to its cause, with another's paths and numbers", async () => {
            const all = await at.tab.evaluate(messages);
            assert.ok(all.length > 50, `${all.length} messages`);
            for (const { id, text } of all) {
                await at.box.fill(`$ some command\n${text}`);
                const shown = await at.shown();
                assert.ok(shown.includes(id), `${text}: shows ${shown}`);
                assert.ok(shown.length <= 3, `${text}: shows ${shown}`);
                assert.match(await at.told.textContent(), /with this message, \d+ causes?$/, text);
            }
        });

        test("the box narrows, tells how far, and is cleared", async () => {
            const all = await at.shown();
            await at.box.fill("chroot");
            const some = await at.shown();
            assert.ok(some.length && some.length < all.length);
            assert.match(await at.told.textContent(), new RegExp(`^${some.length} failures with these words, `));
            assert.equal(await at.tab.locator("section:visible > dl.failure:visible").count(), some.length);
            await at.box.fill("frobnicate");
            assert.deepEqual(await at.shown(), []);
            assert.match(await at.told.textContent(), /^Nothing here is like it/);
            await at.tab.getByRole("button", { name: "Clear" }).click();
            assert.deepEqual(await at.shown(), all);
            assert.equal(await at.box.evaluate((box) => box === document.activeElement), true);
        });

        test("a link to a failure that is hidden shows it", async () => {
            const all = await at.shown();
            await at.box.fill("frobnicate");
            await at.tab.evaluate((id) => { location.hash = id; }, all.at(-1));
            await at.tab.locator(`[id="${all.at(-1)}"]`).waitFor();
        });

        test("the session is folded until asked for", async () => {
            const cause = at.tab.locator("dl.failure details").first();
            assert.equal(await cause.locator(".session").isVisible(), false);
            await cause.locator("summary").click();
            assert.equal(await cause.locator(".session").isVisible(), true);
        });

        test("the search of the book finds each message, too", async () => {
            const all = await at.tab.evaluate(messages);
            const query = new URLSearchParams({ q: all[0].text });
            await at.tab.goto(`${book.ways[way]}search.html?${query}`);
            const links = at.tab.locator("#as-message a");
            await links.first().waitFor();
            for (const { id, text } of all) {
                await at.tab.evaluate((query) => globalThis.showMessages(query), text);
                const found = await links.evaluateAll((them) => them.map((link) => link.href));
                assert.ok(found.includes(`${book.ways[way]}${PAGE}#${id}`), `${text}: finds ${found}`);
            }
        });

        test("the search says nothing of what is no message", async () => {
            await at.tab.goto(`${book.ways[way]}search.html?q=seccomp`);
            await at.tab.locator(".search a").first().waitFor();
            assert.equal(await at.tab.locator("#as-message").isVisible(), false);
        });
    });

describe("failures without JavaScript", () => {
    test("are a list without a box", async () => {
        await open();
        const context = await book.browser.newContext({ ...SIZES.phone, javaScriptEnabled: false });
        const tab = await openTab(context, book.ways.disk);
        await tab.goto(book.ways.disk + PAGE);
        assert.equal(await tab.locator(".narrow").isVisible(), false);
        const lists = tab.locator("dl.failure");
        assert.equal(await tab.locator("dl.failure:visible").count(), await lists.count());
        await context.close();
    });
});
