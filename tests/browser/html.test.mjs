/* The HTML of every page is valid, by the validator of the W3C. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { SITE, pages } from "./book.mjs";

const require = createRequire(import.meta.url);
const VALIDATOR = join(dirname(require.resolve("vnu-jar/package.json")), "build/dist/vnu.jar");

test("the HTML of every page is valid", async () => {
    const files = pages().map((page) => join(SITE, page));
    const command = ["-jar", VALIDATOR, "--errors-only", "--exit-zero-always", "--format", "json"];
    const said = await new Promise((resolve, reject) => {
        execFile("java", [...command, ...files], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
            if (error)
                reject(error);
            else
                resolve(stderr);
        });
    });
    const found = JSON.parse(said).messages.map(
        ({ url, lastLine, message }) => `${url.split("/").pop()}:${lastLine}: ${message}`);
    assert.deepEqual(found, []);
});
