/* Compile what the reader has changed, in the machine, with tcc. */

import { MachineError } from "./machine.js";

const IMAGE = "compiler.squashfs";
const COMPILER = "tcc -Wall -D_REENTRANT";
const SAID = /^(?:[^:\s]*\/)?[^/:\s]+:(\d+): (?:error|warning): (.*)$/;
const SECONDS = 60;

/* Return a word as a shell reads it. */
export function quote(word) {
    return `'${word.replaceAll("'", "'\\''")}'`;
}

/* Run a command that has to end with 0; return its lines. */
export async function must(machine, command) {
    const { status, lines } = await machine.order(`{ ${command}; } 2>&1`, SECONDS);
    if (status !== 0)
        throw new MachineError(`${command} ended with ${status}: ${lines.join("\n")}`);
    return lines;
}

let brought = Promise.resolve();

/* Have the compiler in the machine, once it was restored; load() returns its image, first
   is a source that compiles. Whoever is not waiting need not look at what is returned. */
export function bringCompiler(machine, load, first) {
    const next = () => bring(machine, load, first);
    brought = brought.then(next, next); // two at a time would be in each other's way
    brought.catch(() => {});
    return brought;
}

async function bring(machine, load, first) {
    if ((await machine.order("[ -x /usr/bin/tcc ]")).status === 0)
        return;
    await machine.send(IMAGE, await load());
    // Out of the folder for what is sent: there each page of it would be sent again.
    await must(machine, `cp /lab/sent/${IMAGE} /lab/ && rm /lab/sent/${IMAGE} && `
        + `mount -o ro,loop /lab/${IMAGE} /lab/compiler`);
    // The emulator translates what runs for the first time: let that not be the reader's.
    await must(machine, `${COMPILER} -o /lab/first ${quote(first)} && rm /lab/first`);
}

/* Write a file of the machine. */
export async function writeFile(machine, path, text) {
    await machine.send("text", new TextEncoder().encode(text));
    const folder = path.replace(/\/[^/]*$/, "");
    await must(machine, `mkdir -p ${quote(folder)} && cp /lab/sent/text ${quote(path)}`);
}

/* Compile a C source of the machine to a program, or copy a script there; return what
   is wrong with it, as [{line, message}]. */
export async function build(machine, source, program) {
    if (source.endsWith(".sh")) {
        if (source !== program)
            await must(machine, `cp ${quote(source)} ${quote(program)}`);
        await must(machine, `chmod +x ${quote(program)}`);
        return [];
    }
    const command = `${COMPILER} -o ${quote(program)} ${quote(source)} 2>&1`;
    const { status, lines } = await machine.order(command, SECONDS);
    const found = lines.map((line) => {
        const match = SAID.exec(line);
        return match ? { line: Number(match[1]), message: match[2] } : { message: line };
    });
    return status === 0 ? [] : found;
}
