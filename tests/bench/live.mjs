/* live - measure the machine in the page: from the press to the prompt, and at work
 *
 * usage: node tests/bench/live.mjs
 *
 * In Chromium, without a window, from docs/serve on the same machine. Each run starts
 * with an empty browser. What a press costs in bytes is counted up to the first prompt;
 * memory is what the page's process has of its own, before the press and after the rest.
 */

import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { SIZES, openBook, openTab } from "../browser/book.mjs";

const TIMES = 5;
const GARBAGE = 3;
const CHAPTER = "docs/introduction.html";
const BOUND = { timeout: 120_000 };
const COMMAND = "unshare -n ip link";

function median(values) {
    return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/* Return the seconds that some work takes. */
async function timed(work) {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1000;
}

/* Return the megabytes of the process that shows the page, what is garbage aside. */
async function memory(tab, browser) {
    for (let time = 0; time < GARBAGE; time += 1)
        await tab.requestGC(); // what one finds, the next one can free
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    await session.detach();
    const pages = processInfo.filter(({ type }) => type === "renderer");
    const kilobytes = pages.map(({ id }) => {
        const rollup = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
        return Number(/^Pss: +(\d+)/m.exec(rollup)[1]);
    });
    return Math.max(...kilobytes) / 1000;
}

/* Resolve when a terminal shows so many prompts. */
function prompts(tab, number) {
    return tab.waitForFunction((wanted) => {
        const text = document.querySelector("#machine .xterm-rows")?.innerText ?? "";
        return text.split("sh1#").length > wanted;
    }, number, { polling: 10, ...BOUND });
}

/* In the page: return the seconds from a key to the frame with so many prompts. */
function answered(wanted) {
    return new Promise((resolve) => {
        document.addEventListener("keydown", () => {
            const began = performance.now();
            const look = () => {
                const text = document.querySelector("#machine .xterm-rows").innerText;
                if (text.split("sh1#").length > wanted)
                    resolve((performance.now() - began) / 1000);
                else
                    requestAnimationFrame(look);
            };
            look();
        }, { once: true, capture: true });
    });
}

/* In the page: return the seconds for which the panel says that it compiles. */
function compiled() {
    return new Promise((resolve) => {
        const note = document.querySelector("#machine .note");
        let began;
        const observer = new MutationObserver(() => {
            if (note.textContent === "Compiling")
                began = performance.now();
            else if (began)
                resolve((performance.now() - began) / 1000);
        });
        observer.observe(note, { childList: true });
    });
}

/* Have a function of the page watch while something is done; return what it saw. */
async function watched(tab, watch, argument, act) {
    await tab.evaluate(`globalThis.seen = (${watch})(${argument}); 0`);
    await act();
    await tab.waitForFunction(async () => {
        globalThis.number = await globalThis.seen;
        return true;
    }, undefined, BOUND);
    return tab.evaluate(() => globalThis.number);
}

/* Press, type, start afresh, compile, once; return what was measured. */
async function run({ browser, ways }) {
    const context = await browser.newContext(SIZES.desktop);
    const tab = await openTab(context, ways.http);
    tab.setDefaultTimeout(BOUND.timeout);
    await tab.goto(ways.http + CHAPTER, { waitUntil: "networkidle" });
    const seen = { "before the press, MB": await memory(tab, browser) };
    seen["press to prompt, s"] = await timed(async () => {
        await tab.locator('[data-run="introduction/view-links"]').click();
        await prompts(tab, 1);
    });
    const sizes = await tab.evaluate(() => performance.getEntriesByType("resource")
        .filter(({ name }) => name.includes("/live/")).map(({ transferSize }) => transferSize));
    seen["loaded by then, MB"] = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    seen["at the prompt, MB"] = await memory(tab, browser);
    const answers = [];
    for (let time = 0; time < TIMES; time += 1) {
        await tab.keyboard.type(COMMAND);
        answers.push(await watched(tab, answered, time + 2, () => tab.keyboard.press("Enter")));
    }
    [seen["first answer, s"], seen["answer, s"]] = [answers[0], median(answers)];
    seen["start afresh, s"] = await timed(async () => {
        await tab.locator("#machine .fresh").click();
        await prompts(tab, 1);
        await tab.locator("#machine .next:enabled").waitFor();
    });
    await tab.locator('[data-edit="unshare.c"]').click();
    const compile = tab.getByRole("button", { name: "Compile and run" });
    await compile.waitFor();
    const compileOnce = () => watched(tab, compiled, undefined, () => compile.click());
    seen["compiler and first compile, s"] = await timed(compileOnce);
    const compiles = [];
    for (let time = 0; time < TIMES; time += 1)
        compiles.push(await compileOnce());
    seen["compile, s"] = median(compiles);
    seen["after all, MB"] = await memory(tab, browser);
    await tab.locator("#machine .close").click();
    seen["closed, MB"] = await memory(tab, browser);
    await context.close();
    return seen;
}

const runs = [];
for (let time = 0; time < TIMES; time += 1) {
    const book = await openBook();
    runs.push(await run(book));
    await book.close();
}
const table = Object.fromEntries(Object.keys(runs[0]).map((name) => {
    const values = runs.map((seen) => seen[name]);
    const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
    return [name, { median: middle.toFixed(2), least: least.toFixed(2), most: most.toFixed(2) }];
}));
console.table(table);
console.log(`${TIMES} runs; load ${loadavg().map((load) => load.toFixed(1)).join(" ")}`);
