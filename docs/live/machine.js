/* A PC in JavaScript that runs our guest, in a page and in Node. v86 emulates it; this
   is what the book needs of it: four terminals, a port for orders, a saved state. */

const TERMINALS = [0, 1, 2, 3]; // /dev/hvc0 to /dev/hvc3 there, as in the lab
const CONTROL = 1; // /dev/ttyS1
const CONSOLE = 0; // what the kernel says, until its boot is over
const NEWLINE = 10;
const COMMAND_LINE = "console=ttyS0 quiet tsc=reliable mitigations=off random.trust_cpu=on"
    + " init_on_free=1"; // zeros pack well

export class MachineError extends Error {}

/* What a saved state depends on, beside the guest's files. */
function hardware({ wasm, memory }) {
    return {
        wasm_fn: async (imports) => {
            const { instance } = await WebAssembly.instantiate(wasm, imports);
            return instance.exports;
        },
        memory_size: memory << 20,
        vga_memory_size: 1 << 20,
        uart1: true,
        virtio_console: true,
        filesystem: {},
        net_device: { type: "none" },
        disable_keyboard: true,
        disable_mouse: true,
        disable_speaker: true,
        autostart: true,
    };
}

/* Reject after some seconds; the clock is no longer running when the work is done. */
export function within(seconds, work, reason) {
    let clock;
    const late = new Promise((resolve, reject) => {
        clock = setTimeout(() => reject(new MachineError(reason())), seconds * 1000);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(clock));
}

function word() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
        byte.toString(16).padStart(2, "0")).join("");
}

export class Machine {
    #emulator;
    #state;
    #encoder = new TextEncoder();
    #decoders;
    #orders = [];
    #said = "";
    #listeners = new Map();
    #started;
    console = ""; // what the kernel said while it booted

    /* V86 is its class; files are wasm and either a state, or bios, vga, kernel and
       initrd, as ArrayBuffers; memory is in MB. */
    constructor(V86, files) {
        const buffer = (name) => ({ buffer: files[name] });
        const start = files.state ? { initial_state: buffer("state") } : {
            bios: buffer("bios"),
            vga_bios: buffer("vga"),
            bzimage: buffer("kernel"),
            initrd: buffer("initrd"),
            cmdline: COMMAND_LINE,
        };
        this.#state = files.state;
        this.#emulator = new V86({ ...hardware(files), ...start });
        this.#started = new Promise((resolve) =>
            this.#emulator.add_listener("emulator-started", resolve));
        this.#listen();
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
        const bytes = this.#encoder.encode(text);
        this.#emulator.bus.send(`virtio-console${terminal - 1}-input-bytes`, bytes);
    }

    /* Resolve when a booted guest has come up. */
    ready(seconds) {
        const work = new Promise((resolve) => {
            this.#orders.push({ end: "ready\n", done: resolve });
        });
        return within(seconds, work, () => "the guest has not come up");
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
        return within(seconds, work, () => `no answer after ${seconds} s: ${command}`);
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
        await this.#started;
        const now = Math.floor(Date.now() / 1000);
        const { status, lines } = await this.order(`/lab/wake ${now} ${word()}${word()}`);
        if (status !== 0)
            throw new MachineError(`the guest did not wake: ${lines.join("\n")}`);
    }

    /* Go back to the saved state. */
    async restore() {
        this.#emulator.stop();
        this.#orders = [];
        this.#said = "";
        await this.#emulator.restore_state(this.#state);
        this.#decoders = TERMINALS.map(() => new TextDecoder());
        await this.#emulator.run();
        await this.wake();
    }

    save() {
        return this.#emulator.save_state();
    }

    /* End the machine and let go of its memory. */
    async close() {
        this.#listeners.clear();
        await this.#emulator.destroy();
    }
}
