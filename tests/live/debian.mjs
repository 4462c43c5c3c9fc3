/* What dpkg knows of the packages that the page's machine is made from. */

import { execFileSync } from "node:child_process";
import { python } from "./python.mjs";

const PROGRAM = `
from tests.lab.debian import DATABASE
from tests.live.image import fetched
print(fetched() / "root" / DATABASE)
`;

/* Return a Map from each file that a package has to the names of those packages. */
export function packagesByFile() {
    const ask = [`--admindir=${python(PROGRAM).trimEnd()}`, "-S", "/*"];
    const files = new Map();
    for (const line of execFileSync("dpkg-query", ask, { encoding: "utf8" }).trimEnd().split("\n")) {
        const [, names, file] = line.match(/^(.*): (\/.*)$/);
        files.set(file, names.split(", ").map((name) => name.split(":")[0]));
    }
    return files;
}
