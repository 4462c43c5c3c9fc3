/* SOURCES.txt names the packages of which the machine has files, and no other; a reader
   of any page finds it, and the kernel's configuration. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { bringCompiler, must } from "../../docs/live/compile.js";
import { packagesByFile } from "./debian.mjs";
import { CHECKOUT, restoreMachine } from "./node.mjs";

const SITE = join(CHECKOUT, "build/html");
const LIVE = join(SITE, "live");
const COMPILER = "/lab/compiler";
// Files that no package has: our own, and what the kernel's package has, in its table.
const OURS = /^\/(book|etc|home|lab|root|run|tmp|usr\/lib\/modules)\//;
// As text in /etc/passwd and /etc/group.
const WRITTEN = ["base-passwd"];

/* Return the rows of the tables, by the first words of the heading above them. */
function tables(text) {
    const parts = text.split(/^(.*)\n-+\n/m).slice(1);
    const found = {};
    for (let at = 0; at < parts.length; at += 2)
        found[parts[at]] = parts[at + 1].split("\n").map((line) => line.split(/ {2,}/))
            .filter((row) => row.length === 4 && row[0] && row[0] !== "package");
    return found;
}

describe("the sources of the page's machine", () => {
    const text = readFileSync(join(LIVE, "SOURCES.txt"), "utf8");
    const found = tables(text);
    let machine;
    // Not before(): that would restore one for tests that nobody asked for.
    beforeEach(async () => {
        if (machine)
            return;
        machine = await restoreMachine();
        await bringCompiler(machine, () => readFileSync(join(LIVE, "compiler.squashfs")),
            "/book/code-samples/unshare.c");
    });
    after(() => machine?.close());

    test("every package with a file in the machine is listed, and no other", async () => {
        const known = packagesByFile();
        const inside = await must(machine,
            `busybox find / ${COMPILER} -xdev -type f ! -path '/lab/sent/*'`);
        const owners = new Set(WRITTEN);
        const strange = [];
        for (const path of inside) {
            const names = known.get(path.replace(`${COMPILER}/`, "/"));
            if (names)
                names.forEach((name) => owners.add(name));
            else if (!OURS.test(path))
                strange.push(path);
        }
        assert.deepEqual(strange, []);
        assert.ok(inside.length > 500);
        const listed = found["Programs, libraries and headers"].map(([name]) => name);
        assert.deepEqual(new Set(listed), owners);
    });

    test("the kernel is listed, with its configuration", async () => {
        const [release] = await must(machine, "uname -r");
        const rows = found["The kernel"];
        assert.ok(rows.every(([name]) => name === `linux-image-${release}`));
        const [, , , version] = rows.find(([, , source]) => source === "linux");
        const config = readFileSync(join(LIVE, "kernel-config.txt"), "utf8");
        const number = version.replace(/-.*/, "");
        for (const line of [
            `# Linux/x86 ${number} Kernel Configuration\n`, "# CONFIG_64BIT is not set\n"])
            assert.ok(config.includes(line), line);
    });

    test("the BIOS is listed, and what npm was to install, with its licence", () => {
        assert.deepEqual(found["The BIOS"].map(([, , source]) => source), ["seabios"]);
        const { packages } = JSON.parse(
            readFileSync(join(CHECKOUT, "package-lock.json"), "utf8"));
        for (const name of ["v86", "@xterm/xterm"]) {
            const { version, license } = packages[`node_modules/${name}`];
            // v86 adds to its version the commit that it was built from.
            const [line] = text.split("\n").filter((one) => one.startsWith(`${name} `));
            assert.equal(line.replace(/\+\w+/, ""), `${name} ${version}, ${license}:`);
        }
    });

    test("every page links the list", () => {
        for (const [page, link] of [
            ["index.html", "live/SOURCES.txt"], ["docs/uts.html", "../live/SOURCES.txt"]]) {
            const html = readFileSync(join(SITE, page), "utf8");
            assert.ok(html.includes(`href="${link}"`), page);
        }
    });
});
