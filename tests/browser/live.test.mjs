/* The machine in the page, in a real browser: pressed, used, closed. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { solutions } from "../live/solutions.mjs";
import { CHECKOUT, SIZES, openBook, openTab } from "./book.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CHAPTER = "docs/introduction.html";
const BOUND = { timeout: 180_000 };
const LONG = { timeout: 400_000 }; // for a whole chapter

/* Return the transcripts of a page that run, for each fresh lab. */
function labs(page) {
    const file = join(CHECKOUT, "build/html/live/pages", `${page}.json`);
    return JSON.parse(readFileSync(file, "utf8"))
        .map((lab) => lab.filter(({ cannot }) => !cannot));
}

/* Return what keeps people from using the panel, or another part of the page. */
async function obstacles(tab, part = "#machine") {
    await tab.evaluate(AXE);
    return tab.evaluate(async (name) => {
        const result = await globalThis.axe.run(name, { resultTypes: ["violations"] });
        return result.violations.map(({ id, nodes: [{ target, failureSummary }] }) =>
            `${id}: ${target} ${failureSummary}`);
    }, part);
}

/* Runs in the page: what stands in the place of a button, and over other text. */
function overlaps() {
    const boxes = (selector) => Array.from(document.querySelectorAll(selector))
        .filter((element) => element.checkVisibility())
        .map((element) => element.getBoundingClientRect());
    const texts = boxes(".checked > *, main p:not(.live, .checked), .session, .highlight");
    return boxes(".absent").filter((box) => texts.some((text) =>
        box.left < text.right && text.left < box.right
        && box.top < text.bottom && text.top < box.bottom)).length;
}

let book, opening;
// Not before(): that would open one for tests that nobody asked for.
beforeEach(async () => { book = await (opening ??= openBook()); });
after(() => book?.close());

describe("the machine in the page", () => {
    let context, tab;
    beforeEach(async () => {
        context = await book.browser.newContext(SIZES.desktop);
        tab = await openTab(context, book.ways.http);
        tab.setDefaultTimeout(BOUND.timeout);
        await tab.goto(book.ways.http + CHAPTER);
    });
    afterEach(async () => {
        const { wrong } = tab;
        await context.close();
        assert.deepEqual(wrong, []);
    });

    const note = () => tab.locator("#machine .note");
    const next = () => tab.locator("#machine .next:enabled");
    const press = async (action, name) => {
        await tab.locator(`[data-${action}="${name}"]`).click();
        await tab.locator("#machine .fresh:enabled, .live .why").waitFor();
        assert.deepEqual(await tab.locator(".live .why").allTextContents(), []);
    };
    const says = (text) => note().filter({ hasText: text }).waitFor(BOUND);

    test("nothing of it is loaded before a press, but whether it is there", async () => {
        const asked = [];
        tab.on("request", (request) => asked.push(request.url()));
        const answered = tab.waitForResponse("**/live/machine.json");
        await tab.reload();
        await answered;
        assert.deepEqual(asked.filter((url) => url.includes("/live/")),
            [`${book.ways.http}live/machine.json`]);
    });

    test("a transcript runs as the book shows it, command by command", async () => {
        await press("run", "introduction/view-links");
        await next().click();
        await says("as the book shows");
        assert.equal(await tab.locator(".step.same").count(), 1);
    });

    test("what comes before a transcript is run first; then all of it", async () => {
        await press("run", "introduction/create-unshare");
        await next().waitFor();
        await tab.locator("#machine .all").click();
        await says("that was the last");
    });

    for (const [number, lab] of labs("introduction").entries())
        test(`all transcripts of chapter 1 run as shown, lab ${number + 1}`, async () => {
            await press("run", lab.at(-1).name);
            await tab.locator("#machine .next:enabled").waitFor(LONG);
            assert.equal(await note().textContent(), "");
            await tab.locator("#machine .all").click();
            await says("that was the last");
        });

    test("a change of the answer is shown as one", async () => {
        await press("run", "introduction/create-unshare");
        await next().waitFor();
        await tab.evaluate(() => { document.querySelector(".screen textarea").focus(); });
        await tab.keyboard.type("ip() { echo different; }\n");
        await tab.locator("#machine .all").click();
        await says("another answer than the book's");
    });

    test("an edited sample is compiled and runs; a mistake is shown at its line", async () => {
        await press("edit", "unshare.c");
        const area = tab.locator("#machine .editor textarea");
        const run = tab.getByRole("button", { name: "Compile and run" });
        const source = await area.inputValue();
        const command = tab.locator("#machine .workbench input");
        assert.equal(await command.inputValue(), "./unshare ip -brief link");
        await area.fill(source.replace("int main", "itn main"));
        await run.click();
        await tab.locator("#machine .errors button").first().waitFor();
        const line = source.split("\n").findIndex((text) => text.startsWith("int main")) + 1;
        assert.match(await tab.locator("#machine .errors").textContent(), new RegExp(`line ${line}:`));
        assert.deepEqual(await obstacles(tab), []);
        await area.fill(source.replaceAll("usage:", "changed:"));
        await command.fill("./unshare");
        await run.click();
        await tab.locator(".screen").filter({ hasText: "changed:" }).waitFor(BOUND);
    });

    test("an exercise goes from FAILED to passed, and is remembered", async () => {
        await press("try", "introduction-print");
        const attempt = tab.getByRole("button", { name: "Try it" });
        const verdict = tab.locator("#machine .verdict");
        await attempt.click();
        await verdict.filter({ hasText: "FAILED" }).waitFor(BOUND);
        assert.deepEqual(await obstacles(tab), []);
        await tab.locator("#machine textarea").first().fill(solutions()["introduction-print"]);
        await attempt.click();
        await verdict.filter({ hasText: /passed: all \d+ facts hold/ }).waitFor(BOUND);
        await tab.reload();
        await press("try", "introduction-print");
        await verdict.filter({ hasText: "You have passed this one" }).waitFor(BOUND);
    });

    test("two terminals of one machine see one namespace", async () => {
        await press("run", "introduction/view-denied");
        await next().waitFor();
        for (const number of [1, 2]) {
            await tab.getByRole("tab", { name: `sh${number}` }).click();
            await tab.keyboard.type("readlink /proc/self/ns/net\n");
        }
        const inode = async (number) => {
            const screen = tab.locator(`#machine-screen-${number}`);
            const [found] = await screen.getByText(/^net:\[\d+\]$/).first().allTextContents();
            return found;
        };
        await tab.locator("#machine-screen-2").getByText(/^net:\[\d+\]$/).first()
            .waitFor({ state: "attached" });
        assert.equal(await inode(1), await inode(2));
    });

    test("what runs without an end is ended by starting afresh", async () => {
        await press("run", "introduction/view-links");
        await next().waitFor();
        await tab.keyboard.type("sleep 1000\n");
        await tab.locator("#machine .next").click();
        await tab.locator("#machine .next:disabled").waitFor();
        await tab.locator("#machine .fresh").click();
        await next().click();
        await says("as the book shows");
    });

    test("a machine that is closed while it loads leaves nothing", async () => {
        let close;
        const closed = new Promise((resolve) => { close = resolve; });
        await context.route("**/state.zst", async (route) => {
            await closed;
            await route.abort();
        });
        const button = tab.locator('[data-run="introduction/view-links"]');
        await button.click();
        await tab.locator("#machine .close").click();
        close();
        assert.equal(await tab.locator("#machine, .live .why").count(), 0);
        assert.ok(await button.evaluate((element) => element === document.activeElement));
    });

    test("the terminal can be left by the keyboard", async () => {
        await press("run", "introduction/view-links");
        await next().waitFor();
        await tab.locator(".screen .xterm-helper-textarea").focus();
        await tab.keyboard.press("Tab");
        assert.equal(await tab.locator(".xterm-helper-textarea:focus").count(), 1);
        await tab.keyboard.press("Escape");
        await tab.keyboard.press("Shift+Tab");
        assert.equal(await tab.locator(".xterm-helper-textarea:focus").count(), 0);
    });

    test("axe finds nothing wrong with the panel; afresh and close work", async () => {
        await press("run", "introduction/view-links");
        await next().click();
        await says("as the book shows");
        assert.deepEqual(await obstacles(tab), []);
        await tab.locator("#machine .fresh").click();
        await next().filter({ hasText: "ls -l" }).waitFor(BOUND);
        await tab.locator("#machine .close").click();
        assert.equal(await tab.locator("#machine").count(), 0);
    });
});

describe("where the machine cannot run, a press says why", () => {
    /* Press a button in a tab that was prepared; return what the page says. */
    async function answer(prepare, base) {
        const context = await book.browser.newContext(SIZES.desktop);
        const tab = await openTab(context, base);
        await prepare(context, tab);
        await tab.goto(base + CHAPTER);
        await tab.locator("[data-run]").first().click();
        const said = await tab.locator(".live .why").textContent(BOUND);
        const left = await tab.locator("#machine").count();
        await context.close();
        assert.equal(left, 0);
        return { said, wrong: tab.wrong };
    }

    for (const missing of ["panel.js", "state.zst"])
        test(`${missing} was not made`, async () => {
            const { said } = await answer((context) => context.route(`**/live/${missing}`,
                (route) => route.fulfill({ status: 404 })), book.ways.http);
            assert.match(said, /no machine yet: .*make live/);
        });

    test("a browser without WebAssembly", async () => {
        const { said, wrong } = await answer((context, tab) => tab.addInitScript(() => {
            delete globalThis.WebAssembly;
        }), book.ways.http);
        assert.match(said, /lacks WebAssembly/);
        assert.deepEqual(wrong, []);
    });

    test("a device with little memory", async () => {
        const { said, wrong } = await answer((context, tab) => tab.addInitScript(() => {
            Object.defineProperty(navigator, "deviceMemory", { value: 0.25 });
        }), book.ways.http);
        assert.match(said, /too little memory/);
        assert.deepEqual(wrong, []);
    });
});

describe("where there is no machine, the page says why before a press", () => {
    let context, tab;
    afterEach(async () => {
        const { wrong } = tab;
        await context.close();
        assert.deepEqual(wrong, []);
    });

    /* Open the chapter in a size; answers() gives what the site says of its machine. */
    async function open(size, base, answers) {
        context = await book.browser.newContext(SIZES[size]);
        tab = await openTab(context, base);
        await context.route("**/live/machine.json", (route) =>
            route.fulfill({ json: answers() }));
        await tab.goto(base + CHAPTER);
    }

    const buttons = () => tab.locator(".live button:visible");
    const reason = () => tab.locator("#no-machine");

    /* Check that each place has the reason or leads to it, and nothing to press. */
    async function explained(short) {
        await tab.locator(".live a.absent").first().waitFor(BOUND);
        assert.equal(await buttons().count(), 0);
        const places = await tab.locator(".live").count();
        const links = tab.locator(".live a.absent:visible").filter({ hasText: short });
        assert.equal(await reason().count(), 1);
        assert.equal(await links.count(), places - 1);
        await links.last().click();
        const box = await reason().boundingBox();
        const { width, height } = tab.viewportSize();
        assert.ok(box.x >= 0 && box.x + box.width <= width, "within the page");
        assert.ok(box.y >= 0 && box.y + box.height <= height, "where the link leads");
        assert.equal(await tab.evaluate(overlaps), 0);
        assert.deepEqual(await obstacles(tab, "main"), []);
        return reason().textContent();
    }

    const why = "The machine could not be built: the registry cannot be reached "
        + "(ECONNREFUSED): see what 'npm config list' has. `make live` tries again.";
    for (const size of Object.keys(SIZES)) {
        test(`${size}: from a disk there is no server`, async () => {
            await open(size, book.ways.disk);
            assert.match(await explained("No machine here"), /needs a server: .*make read/);
        });

        test(`${size}: only the book was made`, async () => {
            await open(size, book.ways.http, () => ({ state: "missing", why: "" }));
            assert.match(await explained("No machine here"), /no machine yet: .*make live/);
        });

        test(`${size}: it could not be built`, async () => {
            await open(size, book.ways.http, () => ({ state: "missing", why }));
            assert.equal(await explained("No machine here"), why);
        });

        test(`${size}: it is being built, and then it is there`, async () => {
            let state = "building";
            await open(size, book.ways.http, () => ({ state, why: "" }));
            assert.match(await explained("Being built"), /being built/);
            state = "there";
            await buttons().first().waitFor(BOUND);
            assert.equal(await tab.locator(".absent").count(), 0);
            assert.equal(await buttons().count(), await tab.locator(".live").count());
        });
    }
});
