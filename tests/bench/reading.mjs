/* reading - measure how fast the book is made and read, next to a packaged theme
 *
 * usage: node tests/bench/reading.mjs
 *
 * The same book is rendered with its own theme and with Debian's sphinx-rtd-theme, in
 * turns, and chapter 1 of both is read in turns by an empty browser: over gzip, on a
 * phone with a processor four times slower, by Chromium's "Slow 4G". Medians.
 */

import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { loadavg, tmpdir } from "node:os";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { startBrowser } from "../../docs/browser.mjs";
import { CHECKOUT, SIZES } from "../browser/book.mjs";

const TIMES = 5;
const THEMES = ["book", "sphinx_rtd_theme"];
const CHAPTER = "docs/introduction.html";
const PARTS = ["conf.py", "index.rst", "docs", "code-samples", "tests/exercises"];
const SLOW_4G = {
    offline: false,
    latency: 562.5,
    downloadThroughput: 0.9 * 1.6 * 2 ** 20 / 8,
    uploadThroughput: 0.9 * 0.75 * 2 ** 20 / 8,
};
const TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
};

function median(values) {
    return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/* Render the book into a folder; return the seconds. */
function render(source, theme, out) {
    const began = performance.now();
    execFileSync("/usr/bin/python3", ["-B", "-m", "sphinx", "-q", "-D", `html_theme=${theme}`, source, out]);
    return (performance.now() - began) / 1000;
}

/* Render cold and after an edit of the chapter, TIMES times, theme by theme. */
function measureBuilds(folder) {
    const source = join(folder, "source");
    for (const part of PARTS)
        cpSync(join(CHECKOUT, part), join(source, part), { recursive: true });
    const seconds = Object.fromEntries(THEMES.map((theme) => [theme, { cold: [], edit: [] }]));
    for (let time = 0; time < TIMES; time += 1)
        for (const theme of THEMES) {
            const out = join(folder, theme);
            rmSync(out, { recursive: true, force: true });
            seconds[theme].cold.push(render(source, theme, out));
            appendFileSync(join(source, "docs", "introduction.rst"), "\nOne more.\n");
            seconds[theme].edit.push(render(source, theme, out));
        }
    return seconds;
}

/* Serve a folder, compressed; return its address and how to stop it. */
async function serve(folder) {
    const server = createServer((request, response) => {
        const path = join(folder, new URL(request.url, "http://book").pathname);
        if (!existsSync(path)) {
            response.writeHead(404).end();
            return;
        }
        const body = readFileSync(path);
        const type = TYPES[extname(path)];
        response.setHeader("Content-Type", type ?? "application/octet-stream");
        if (type)
            response.setHeader("Content-Encoding", "gzip");
        response.end(type ? gzipSync(body) : body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/* Runs in the page before anything else: note what shifts and what is painted. */
function observe() {
    globalThis.shift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
            globalThis.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
}

/* Read the chapter once; return requests, KB over the wire, shift, and seconds until
   the first and the largest piece of text are painted. */
async function read(browser, address) {
    const context = await browser.newContext(SIZES.phone);
    const tab = await context.newPage();
    const wire = await context.newCDPSession(tab);
    let requests = 0;
    let bytes = 0;
    wire.on("Network.requestWillBeSent", ({ request }) => { requests += !request.url.startsWith("data:"); });
    wire.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });
    await wire.send("Network.enable");
    await wire.send("Network.emulateNetworkConditions", SLOW_4G);
    await wire.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await tab.addInitScript(observe);
    await tab.goto(address + CHAPTER, { waitUntil: "networkidle", timeout: 120_000 });
    const seen = await tab.evaluate(() => new Promise((resolve) => {
        new PerformanceObserver((list) => resolve({
            first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
            largest: list.getEntries().at(-1).startTime,
            shift: globalThis.shift,
        })).observe({ type: "largest-contentful-paint", buffered: true });
    }));
    await context.close();
    return {
        requests,
        KB: bytes / 1000,
        shift: seen.shift,
        "first text, s": seen.first / 1000,
        "largest text, s": seen.largest / 1000,
    };
}

async function measureReading(folder) {
    const { browser, close } = await startBrowser();
    const runs = Object.fromEntries(THEMES.map((theme) => [theme, []]));
    const servers = Object.fromEntries(await Promise.all(
        THEMES.map(async (theme) => [theme, await serve(join(folder, theme))])));
    for (let time = 0; time < TIMES; time += 1)
        for (const theme of THEMES)
            runs[theme].push(await read(browser, servers[theme].address));
    await close();
    for (const server of Object.values(servers))
        server.stop();
    return runs;
}

const folder = mkdtempSync(join(tmpdir(), "book-bench-"));
try {
    const builds = measureBuilds(folder);
    const runs = await measureReading(folder);
    const table = {};
    for (const theme of THEMES) {
        table[theme] = {};
        for (const name of Object.keys(runs[theme][0]))
            table[theme][name] = Number(median(runs[theme].map((run) => run[name])).toFixed(3));
        table[theme]["cold build, s"] = Number(median(builds[theme].cold).toFixed(2));
        table[theme]["build after an edit, s"] = Number(median(builds[theme].edit).toFixed(2));
    }
    console.table(table);
    console.log(`medians of ${TIMES}; load ${loadavg().map((load) => load.toFixed(1)).join(" ")}`);
} finally {
    rmSync(folder, { recursive: true, force: true });
}
