/* pdf - print the book to PDF, with an outline, by Debian's Chromium
 *
 * usage: node docs/pdf.mjs SINGLE.html BOOK.pdf
 */

import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startBrowser } from "./browser.mjs";

const FOOTER = `
<p style="width: 100%; margin: 0; font: 8pt sans-serif; text-align: center">
<span class="pageNumber"></span></p>`;

async function print(page, file) {
    const { browser, close } = await startBrowser();
    try {
        const tab = await browser.newPage();
        await tab.goto(pathToFileURL(resolve(page)).href);
        mkdirSync(dirname(file), { recursive: true });
        await tab.pdf({
            path: file,
            preferCSSPageSize: true,
            printBackground: true,
            displayHeaderFooter: true,
            headerTemplate: "<p></p>",
            footerTemplate: FOOTER,
            outline: true,
            tagged: true,
        });
    } finally {
        await close();
    }
}

const USAGE = "usage: node docs/pdf.mjs SINGLE.html BOOK.pdf";
const [page, file, ...more] = process.argv.slice(2);
if (page === "--help") {
    console.log(USAGE);
} else if (!file || more.length || page.startsWith("-")) {
    console.error(USAGE);
    process.exitCode = 2;
} else {
    await print(page, file).catch((error) => {
        console.error(`pdf: ${error.message}`);
        process.exitCode = 1;
    });
}
