/* A PC in JavaScript that runs our guest, in a page and in Node. v86 emulates it; this
   is what the book needs of it: four terminals, a port for orders, a saved state. */

import { unpackState } from "./state.js";

const TERMINALS = [0, 1, 2, 3]; // /dev/hvc0 to /dev/hvc3 there, as in the lab
const CONTROL = 1; // /dev/ttyS1
const CONSOLE = 0; // what the kernel says, until its boot is over
const NEWLINE = 10;
const BUFFER = 256; // bytes that a terminal's driver takes at once, at least
const PAUSE = 10; // milliseconds until a full terminal is looked at again
const COMMAND_LINE = "console=ttyS0 quiet tsc=reliable mitigations=off random.trust_cpu=on"
    + " init_on_free=1"; // zeros pack well

export class MachineError extends Error {}

/* What waits for a machine that was closed, or made as new, gets. */
export class GivenUp extends MachineError {}

/* What a saved state depends on, beside the guest's files. */
function hardware({ wasm, memory }) {
    return {
        wasm_fn: async (imports) => (await WebAssembly.instantiate(wasm, imports)).exports,
        memory_size: memory << 20,
        vga_memory_size: 1 << 20,
        uart1: true,
        virtio_console: true,
        filesystem: {},
        net_device: { type: "none" },
        disable_keyboard: true,
        disable_mouse: true,
        disable_speaker: true,
    };
}

/* Reject after some seconds; the clock is no longer running when the work is done. */
function within(seconds, work, reason) {
    let clock;
    const late = new Promise((resolve, reject) => {
        clock = setTimeout(() => reject(new MachineError(reason())), seconds * 1000);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(clock));
}

/* After each millisecond of work v86 lets the page have its turn, by way of a worker and
   back. A message to ourselves is a shorter way; to wait stays the worker's, because its
   clock also runs in pages that nobody looks at. Return what ends it. */
function takeTurns(v86) {
    if (!v86.worker)
        return () => {}; // in Node
    const { port1, port2 } = new MessageChannel();
    const wait = v86.yield.bind(v86);
    port1.onmessage = ({ data }) => v86.yield_callback(data);
    v86.yield = (milliseconds, tick) => {
        if (milliseconds < 1)
            port2.postMessage(tick);
        else
            wait(milliseconds, tick);
    };
    return () => port1.close();
}

function word() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
        byte.toString(16).padStart(2, "0")).join("");
}

export class Machine {
    #emulator;
    #unpack; // returns the saved state
    #encoder = new TextEncoder();
    #decoders;
    #orders;
    #said;
    #listeners = new Map();
    #typed; // for each terminal the bytes that its driver has not taken yet
    #loaded;
    #endTurns = () => {};
    #giveUp; // rejects all that waits
    #givenUp;
    restored = false;
    console = ""; // what the kernel said while it booted

    /* Return a machine that goes on from a saved state, packed in a Blob. */
    static async restored(V86, { wasm, state, memory }) {
        const machine = new Machine(V86, { wasm, memory });
        machine.#unpack = () => unpackState(wasm, state);
        machine.restored = true;
        await machine.#loaded;
        machine.#endTurns = takeTurns(machine.#emulator.v86);
        await machine.restore();
        return machine;
    }

    /* V86 is its class; files are wasm, a WebAssembly.Module, and, where the machine is to
       boot, bios, vga, kernel and initrd, as ArrayBuffers; memory is in MB. A state is not
       v86's initial_state, which it would keep, unpacked. */
    constructor(V86, files) {
        const buffer = (name) => ({ buffer: files[name] });
        const start = files.kernel && {
            bios: buffer("bios"),
            vga_bios: buffer("vga"),
            bzimage: buffer("kernel"),
            initrd: buffer("initrd"),
            cmdline: COMMAND_LINE,
            autostart: true,
        };
        this.#begin();
        this.#emulator = new V86({ ...hardware(files), ...start });
        this.#loaded = new Promise((resolve) =>
            this.#emulator.add_listener("emulator-loaded", resolve));
        this.#listen();
    }

    #begin() {
        this.#givenUp = new Promise((resolve, reject) => { this.#giveUp = reject; });
        this.#givenUp.catch(() => {}); // nobody may be waiting
        this.#orders = [];
        this.#said = "";
        this.#typed = TERMINALS.map(() => []);
    }

    /* Let all that waits for the machine fail. */
    giveUp() {
        this.#giveUp(new GivenUp("the machine was given up"));
        this.#begin();
    }

    /* Wait for work of the machine, some seconds at most; reason() says what was late. */
    within(seconds, work, reason) {
        return within(seconds, Promise.race([work, this.#givenUp]), reason);
    }

    #listen() {
        this.#decoders = TERMINALS.map(() => new TextDecoder());
        for (const number of TERMINALS)
            this.#emulator.add_listener(`virtio-console${number}-output-bytes`, (bytes) => {
                const text = this.#decoders[number].decode(bytes, { stream: true });
                if (text)
                    this.#listeners.get(number + 1)?.(text);
            });
        const decoder = new TextDecoder();
        this.#emulator.add_listener(`serial${CONTROL}-output-byte`, (byte) => {
            this.#said += decoder.decode(Uint8Array.of(byte), { stream: true });
            if (byte === NEWLINE)
                this.#answer();
        });
        this.#emulator.add_listener(`serial${CONSOLE}-output-byte`, (byte) => {
            this.console += String.fromCharCode(byte);
        });
    }

    /* Call a function with what terminal 1 to 4 prints from now on. */
    onOutput(terminal, listener) {
        this.#listeners.set(terminal, listener);
    }

    type(terminal, text) {
        this.#typed[terminal - 1].push(...this.#encoder.encode(text));
        this.#deliver(terminal - 1);
    }

    /* Give the guest what was typed, as far as it has buffers for it: v86 drops the rest,
       which is why this asks its device. */
    #deliver(port) {
        const typed = this.#typed[port];
        if (typed.length === 0)
            return;
        const { queues } = this.#emulator.v86.cpu.devices.virtio_console.virtio;
        const queue = queues[port === 0 ? 0 : 2 * port + 2];
        while (typed.length > 0 && queue.has_request()) {
            const bytes = Uint8Array.from(typed.splice(0, BUFFER));
            this.#emulator.bus.send(`virtio-console${port}-input-bytes`, bytes);
        }
        setTimeout(() => this.#deliver(port), PAUSE);
    }

    /* Resolve when a booted guest has come up. */
    ready(seconds) {
        const work = new Promise((resolve) => {
            this.#orders.push({ end: "ready\n", done: resolve });
        });
        return this.within(seconds, work, () => "the guest has not come up");
    }

    /* Run a shell command of one line, as root, beside the terminals; return its status
       and the lines that it printed. */
    order(command, seconds = 60) {
        const end = word();
        const work = new Promise((resolve) => {
            this.#orders.push({ end, done: resolve });
            const bytes = this.#encoder.encode(`${end} ${command}\n`);
            this.#emulator.serial_send_bytes(CONTROL, bytes);
        });
        return this.within(seconds, work, () => `no answer after ${seconds} s: ${command}`);
    }

    #answer() {
        while (this.#orders.length > 0) {
            const { end, done } = this.#orders[0];
            const at = this.#said.indexOf(end);
            const stop = this.#said.indexOf("\n", at);
            if (at === -1 || stop === -1)
                return;
            const status = Number(this.#said.slice(at + end.length, stop));
            const text = this.#said.slice(0, at);
            this.#said = this.#said.slice(stop + 1);
            this.#orders.shift();
            done({ status, lines: text ? text.replace(/\n$/, "").split("\n") : [] });
        }
    }

    /* Put a file into the guest's /lab/sent. */
    async send(name, bytes) {
        await this.#emulator.create_file(name, bytes);
    }

    /* Give a restored guest the time of day and randomness of its own: both stood
       still in the saved state. */
    async wake() {
        const now = Math.floor(Date.now() / 1000);
        const { status, lines } = await this.order(`/lab/wake ${now} ${word()}${word()}`);
        if (status !== 0)
            throw new MachineError(`the guest did not wake: ${lines.join("\n")}`);
    }

    /* Go back to the saved state, whatever runs. */
    async restore() {
        this.giveUp();
        const state = await this.#unpack();
        await this.#emulator.stop();
        await this.#emulator.restore_state(state);
        this.#decoders = TERMINALS.map(() => new TextDecoder());
        await this.#emulator.run();
        await this.wake();
    }

    save() {
        return this.#emulator.save_state();
    }

    /* End the machine and let go of its memory. */
    async close() {
        this.giveUp();
        this.#listeners.clear();
        const [emulator, endTurns] = [this.#emulator, this.#endTurns];
        this.#emulator = this.#unpack = this.#endTurns = undefined;
        await emulator.destroy();
        endTurns();
    }
}
