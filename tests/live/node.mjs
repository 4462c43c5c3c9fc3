/* Open the page's machine in Node. */

import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { V86 } from "v86";
import { Machine } from "../../docs/live/machine.js";

export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const WASM = join(CHECKOUT, "node_modules/v86/build/v86.wasm");
const GUEST = join(CHECKOUT, "docs/live/guest.json");
const STATE = join(CHECKOUT, "build/html/live/state.zst");

globalThis.crypto ??= webcrypto; // Node 18, which Debian 12 has, keeps it there

/* Return a file's bytes as an ArrayBuffer of their own. */
function bytes(path) {
    const { buffer, byteOffset, length } = readFileSync(path);
    return buffer.slice(byteOffset, byteOffset + length);
}

function module() {
    return new WebAssembly.Module(bytes(WASM));
}

/* Return how much the machine has, in MB. */
function memory() {
    return JSON.parse(readFileSync(GUEST, "utf8")).memory;
}

/* Boot the machine from files: bios, vga, kernel and initrd. */
export function bootMachine(paths) {
    const files = Object.entries(paths).map(([name, path]) => [name, bytes(path)]);
    return new Machine(V86, { memory: memory(), wasm: module(), ...Object.fromEntries(files) });
}

/* Start the machine from the state that the page loads, and wake it. */
export async function restoreMachine() {
    const state = new Blob([bytes(STATE)]);
    return Machine.restored(V86, { memory: memory(), state, wasm: module() });
}
