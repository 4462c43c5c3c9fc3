/* What the browser tests share: the built book, a server for it, a browser. */

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startBrowser } from "../../docs/browser.mjs";

export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
export const SITE = process.env.BOOK_SITE ?? join(CHECKOUT, "build", "html");

export const SIZES = {
    desktop: { viewport: { width: 1366, height: 900 } },
    phone: {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        hasTouch: true,
        isMobile: true,
    },
};
export const SCHEMES = ["light", "dark"];

/* A page that the server shows for an address that leads nowhere; from disk there
   is no such server. */
export const NOT_FOUND = "404.html";

/* Return the pages of the book, as paths below the site. */
export function pages() {
    function below(folder) {
        return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
            const path = join(folder, entry.name);
            if (entry.isDirectory())
                return entry.name.startsWith("_") ? [] : below(path);
            return entry.name.endsWith(".html") ? [relative(SITE, path)] : [];
        });
    }
    if (!existsSync(join(SITE, "index.html")))
        throw new Error(`no book in ${SITE}: run 'make html'`);
    return below(SITE).sort();
}

/* Serve the book as "make read" does; return its address and how to stop it. */
async function serve() {
    const command = [join(CHECKOUT, "docs", "serve"), "--port", "0", SITE];
    const server = spawn("/usr/bin/python3", ["-B", ...command]);
    for await (const line of createInterface(server.stdout)) {
        const address = line.match(/http:\S+/);
        if (address)
            return { address: address[0], stop: () => server.kill() };
    }
    throw new Error("docs/serve ended before it gave an address");
}

/* Start server and browser. ways: the addresses under which the book is read. */
export async function openBook() {
    const server = await serve();
    const { browser, close: closeBrowser } = await startBrowser();
    const ways = { http: server.address, disk: pathToFileURL(SITE).href + "/" };
    async function close() {
        await closeBrowser();
        server.stop();
    }
    return { browser, ways, close };
}

/* Return a new tab, in which whatever goes wrong is noted in tab.wrong. */
export async function openTab(context, base) {
    const tab = await context.newPage();
    tab.wrong = [];
    tab.on("pageerror", (error) => tab.wrong.push(`script: ${error.message}`));
    tab.on("console", (message) => {
        if (message.type() === "error")
            tab.wrong.push(`console: ${message.text()}`);
    });
    tab.on("requestfailed", (request) => {
        /* A reader who goes on stops what is still loading: nothing is wrong then. */
        if (request.failure().errorText !== "net::ERR_ABORTED")
            tab.wrong.push(`missing: ${request.url()}`);
    });
    tab.on("response", (response) => {
        if (response.status() >= 400)
            tab.wrong.push(`${response.status()}: ${response.url()}`);
    });
    tab.on("request", (request) => {
        const ours = [base, `blob:${base}`, "data:"];
        if (!ours.some((start) => request.url().startsWith(start)))
            tab.wrong.push(`leaves the site: ${request.url()}`);
    });
    return tab;
}

/* Return the transcripts of a page, in its order: their names and their texts. */
export function transcripts(topic) {
    const page = readFileSync(join(CHECKOUT, "docs", `${topic}.rst`), "utf8");
    return Array.from(page.matchAll(/^ *\.\. transcript:: (\S+)/gm), ([, name]) => ({
        name,
        text: readFileSync(join(CHECKOUT, "docs", "transcripts", `${name}.console`), "utf8"),
    }));
}

/* Return what is copied of a transcript: a list of prompts and lines, each for one shell
   that is there when it is pasted. Keys are in none. */
export function copied(text) {
    const found = [];
    let prompt = "", lines = [], output = false;
    for (const line of text.split("\n")) {
        const begins = line.match(/^(sh[1-4]\+*[#$]) (.*)/);
        if (begins && /^\^[A-Z]$/.test(begins[2])) {
            prompt = "";
        } else if (begins) {
            if (begins[1] !== prompt)
                found.push([prompt = begins[1], lines = []]);
            lines.push(begins[2]);
        } else if (line.startsWith("> ") && !output) {
            lines.push(line.slice(2));
        }
        output = !begins && (output || !line.startsWith("> "));
    }
    return found.map(([shell, parts]) => [shell, parts.join("\n")]);
}
