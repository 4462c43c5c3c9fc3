/* What dpkg knows of the packages that the page's machine is made from. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const LIVE = fileURLToPath(new URL(".", import.meta.url));
const PROGRAM = "import root; print(root.fetched() / 'root' / root.DATABASE)";

function run(command, ...words) {
    return execFileSync(command, words, { cwd: LIVE, encoding: "utf8" }).trimEnd();
}

/* Return the folder of dpkg's database. */
function database() {
    return run("/usr/bin/python3", "-B", "-c", PROGRAM);
}

/* Return a Map from each file that a package has to the names of those packages. */
export function packagesByFile() {
    const files = new Map();
    const admindir = `--admindir=${database()}`;
    for (const line of run("dpkg-query", admindir, "-S", "/*").split("\n")) {
        const [, names, file] = line.match(/^(.*): (\/.*)$/);
        files.set(file, names.split(", ").map((name) => name.split(":")[0]));
    }
    return files;
}
