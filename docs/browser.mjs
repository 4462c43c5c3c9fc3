/* Debian's Chromium, started for the book: it prints it, and the tests read in it. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
const SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/* Start a browser that has seen nothing yet. */
export async function startBrowser() {
    if (!existsSync(BROWSER))
        throw new Error(`no browser ${BROWSER}: run 'tests/setup/install pdf'`);
    const profile = mkdtempSync(join(tmpdir(), "book-browser-"));
    const browser = await chromium.launch({
        executablePath: BROWSER,
        args: SWITCHES,
        env: { ...process.env, HOME: profile },
    });
    async function close() {
        await browser.close();
        rmSync(profile, { recursive: true, force: true });
    }
    return { browser, close };
}
