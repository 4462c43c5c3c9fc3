/* boot.mjs - boot the guest of the page once, and write its state to a file

   usage: boot.mjs FOLDER STATE     FOLDER holds bios, vga, kernel and initrd */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPEN, Session } from "../../docs/live/session.js";
import { bootMachine } from "./node.mjs";

const SECONDS = 300; // a bound; it takes 20 s

const [folder, target] = process.argv.slice(2);
if (!target) {
    console.error("usage: boot.mjs FOLDER STATE");
    process.exit(2);
}
const names = ["bios", "vga", "kernel", "initrd"];
const paths = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
const machine = bootMachine(paths);
try {
    await machine.ready(SECONDS);
    await new Session(machine, []).terminal(OPEN); // a reader need not wait for it
    await machine.order("/lab/drop-caches", SECONDS);
} catch (error) {
    console.error(`${error.message}; its console ends:\n${machine.console.slice(-2000)}`);
    process.exit(1);
}
writeFileSync(target, Buffer.from(await machine.save()));
process.exit(0);
