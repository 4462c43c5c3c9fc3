/* The transcripts of a page, typed into the machine's terminals step by step, as
   tests/transcripts/session.py does it in the lab. */

import { Names } from "./compare.js";
import { GivenUp, MachineError } from "./machine.js";

export const ROWS = 24;
export const COLUMNS = 100;
const SECONDS = 30; // for one step, in the lab
const SLOWER = 20; // how many times longer than in the lab a step may take here
export const OPEN = 1; // the terminal in which a shell of root's runs in the saved state
const MOMENT = 5; // seconds in which what the reader has entered may come to its end
const KEYS = { "^C": "\x03", "^D": "\x04" };
const LAST = 10; // lines of a terminal in a message
const HERE = "cd /book/build/samples";
const TERMINAL_1 = 229 << 8; // the device number of /dev/hvc0, in /proc/PID/stat

/* What tests/live/guest/bashrc puts before what a command prints, before each line that
   continues a command, and before each prompt; and what ends a terminal's shell. */
const OUTPUT = /\x1b\]7771\x07/;
const MORE = /\x1b\]7772\x07/;
const PROMPT = /\x1b\]7770;(\d+);(\+*[#$])\x07/;
const END = "\x1b]7773\x07";
const MARKS = /\x1b\]777[0-3][^\x07]*\x07/g;
const CLEAR_SCREEN = "\x0c"; // to readline: and show the prompt anew
const CLEAR_LINE = "\x05\x15"; // to readline: go to the end, remove what is before
const ASKS = new RegExp(`${MORE.source}|${OUTPUT.source}`);
const MARKED = new RegExp(`${PROMPT.source}|${OUTPUT.source}|\\x1b\\]7773\\x07`, "g");
const LONGEST = 64; // characters of a mark
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufffd]/;
const LIKE_PROMPT = /^sh([1-4])\+*[#$] /; // as docs/_ext/book/files/transcripts.py has it

/* A step that cannot be executed, or ends in another way than the book says. */
export class StepError extends Error {}

/* Return how lines look on a screen: a carriage return goes back to the start. */
function shown(text) {
    return text.replaceAll("\r\n", "\n").split("\n").map((line) =>
        line.split("\r").reduce((screen, part) => part + screen.slice(part.length), ""),
    ).join("\n");
}

/* Return why a step's output cannot stand in a transcript, "" if it can. */
function unprintable(lines) {
    for (const [number, line] of lines.entries()) {
        if (UNPRINTABLE.test(line))
            return `printed escape codes or control characters: ${JSON.stringify(line)}`;
        if (LIKE_PROMPT.test(line) || (number === 0 && line.startsWith("> ")))
            return `printed what reads like a prompt: ${line}`;
    }
    return "";
}

export function nameOf(step) {
    return `sh${step.terminal}${step.mark} ${step.command[0]}`;
}

export function userOf(step) {
    return step.mark.endsWith("#") ? "root" : "reader";
}

/* Return what a command printed without what the terminal echoed of what was typed for
   the program to read. */
function withoutEcho(text, typed) {
    const lines = text.split("\n");
    for (const line of typed) {
        const at = lines.indexOf(line);
        if (at !== -1)
            lines.splice(at, 1);
    }
    return lines.join("\n");
}

/* One terminal: what it printed since something was typed, and who waits for a prompt. */
class Terminal {
    #seen = "";
    #tail = ""; // what may be the beginning of a mark
    #arrived = () => {};
    #failed = () => {};
    #touched = false; // the reader has typed since the last step
    #leaving = false;
    busy = true;
    waiting = null; // the step that ends after one in another terminal

    constructor(machine, number, user) {
        this.machine = machine;
        this.number = number;
        this.user = user;
        this.mark = user === "root" ? "#" : "$";
    }

    /* Have the shell that runs in the terminal of a restored machine, if it is the right
       user's. */
    async adopt(seconds) {
        if (this.user === "root") {
            this.machine.type(this.number, CLEAR_SCREEN);
            await this.#until(PROMPT, seconds);
            return;
        }
        this.#leaving = true;
        this.machine.type(this.number, "exit\r");
        await this.#until({ exec: (text) => text.includes(END) || null }, seconds);
        this.#leaving = false;
        await this.open(seconds);
    }

    /* Start the terminal's shell and wait for its prompt. */
    async open(seconds) {
        this.#seen = "";
        this.machine.type(this.number, `${ROWS} ${COLUMNS} xterm ${this.user} ${END}\n`);
        await this.#until(PROMPT, seconds);
    }

    /* Take what the machine printed in this terminal. */
    take(text) {
        this.#seen += text;
        this.#tail += text;
        const marks = Array.from(this.#tail.matchAll(MARKED));
        for (const [mark, status, prompt] of marks)
            if (mark === END && !this.#leaving)
                this.#reopen();
            else if (status)
                [this.busy, this.mark] = [false, prompt];
            else
                this.busy = true;
        const last = marks.at(-1);
        this.#tail = this.#tail.slice(last ? last.index + last[0].length : -LONGEST);
        this.#arrived();
    }

    #reopen() {
        this.busy = true;
        this.#failed(new StepError("the shell ended"));
        this.open(SECONDS * SLOWER).catch(() => {}); // the next step will say it
    }

    /* Type what the reader types. The shell takes a moment to see the end of a line. */
    key(text) {
        this.#touched = true;
        if (text.includes("\r"))
            this.busy = true;
        this.machine.type(this.number, text);
    }

    /* Resolve when the terminal is at a prompt. */
    async free() {
        if (!this.busy)
            return;
        await this.#until({ exec: () => !this.busy }, MOMENT).catch(() => {
            throw new StepError("something runs in this terminal: end it with Ctrl-C");
        });
    }

    /* Type a command of the book, line by line, as the shell or a program asks. Return
       what was typed into a program, whose echo is no output of it. */
    async type(command, seconds) {
        const typed = [];
        if (this.#touched && !this.busy)
            this.machine.type(this.number, CLEAR_LINE);
        this.#touched = false;
        this.#seen = "";
        for (const [number, line] of command.entries()) {
            if (number > 0 && await this.#asked(seconds) && !(line in KEYS))
                typed.push(line);
            this.machine.type(this.number, KEYS[line] ?? `${line}\r`);
        }
        return typed;
    }

    /* Resolve when the next line of a command can be typed, with whether a program will
       read it. */
    async #asked(seconds) {
        const begun = OUTPUT.test(this.#seen);
        if (!begun)
            await this.#until(ASKS, seconds);
        this.#seen = this.#seen.replace(MORE, "");
        return begun || OUTPUT.test(this.#seen);
    }

    /* Resolve with the match of a pattern in what was printed. */
    #until(pattern, seconds) {
        const work = new Promise((resolve, reject) => {
            this.#failed = reject;
            this.#arrived = () => {
                const match = pattern.exec(this.#seen);
                if (match)
                    resolve(match);
            };
            this.#arrived();
        });
        const last = () => shown(this.#seen.replace(MARKS, "")).trimEnd().split("\n")
            .slice(-LAST).join("\n");
        return this.machine.within(seconds, work, () =>
            `no prompt after ${seconds} s; the terminal shows:\n${last()}`);
    }

    /* Resolve with what was printed before the next prompt, and the status in it. A key
       may end a shell that prints something although it runs no command. */
    async prompt(seconds, { key = false, typed = [] } = {}) {
        const { 0: prompt, 1: status, index } = await this.#until(PROMPT, seconds);
        const before = this.#seen.slice(0, index);
        this.#seen = this.#seen.slice(index + prompt.length);
        const begin = OUTPUT.exec(before);
        const output = begin ? before.slice(begin.index + begin[0].length) : key ? before : "";
        return {
            output: withoutEcho(shown(output.replace(MARKS, "")), typed),
            status: Number(status),
        };
    }
}

/* The terminals of one machine, and what the book and its run have in common so far. */
export class Session {
    #terminals = new Map();
    seconds = SECONDS * SLOWER; // that a step may take

    /* show(terminal, text) is called with all that is printed; opened(terminal) before
       a terminal's first prompt. */
    constructor(machine, kinds, { show = () => {}, opened = () => {} } = {}) {
        this.machine = machine;
        this.show = show;
        this.opened = opened;
        this.names = new Names(kinds, (kind, values) => this.#alive(kind, values));
    }

    async #alive(kind, values) {
        if (!["namespace", "process"].includes(kind))
            return values;
        const asked = Array.from(values).sort().join(" ");
        const { lines } = await this.machine.order(`echo ${asked} | /lab/census -`);
        return new Set(lines.join(" ").split(" "));
    }

    /* Return a terminal; opened, if nothing was typed in it yet. */
    async terminal(number, user = "root", seconds = SECONDS * SLOWER) {
        if (!this.#terminals.has(number)) {
            const terminal = new Terminal(this.machine, number, user);
            this.#terminals.set(number, terminal);
            this.opened(number, user);
            this.machine.onOutput(number, (text) => {
                this.show(number, text);
                terminal.take(text);
            });
            if (number === OPEN && this.machine.restored)
                await terminal.adopt(seconds);
            else
                await terminal.open(seconds);
        }
        return this.#terminals.get(number);
    }

    /* Type what the reader types. */
    key(number, text) {
        this.#terminals.get(number)?.key(text);
    }

    /* Type a command of the reader's, and wait for the prompt. */
    async enter(number, command, seconds = SECONDS * SLOWER) {
        const terminal = await this.terminal(number);
        await terminal.free();
        await terminal.type([command], seconds);
        return terminal.prompt(seconds);
    }

    /* Do what the headers of a transcript ask for before its first step. */
    async begin(transcript) {
        for (const command of transcript.setup) {
            const quoted = `'${`${HERE}; ${command}`.replaceAll("'", "'\\''")}'`;
            const { status, lines } = await this.machine.order(`bash -c ${quoted}`, this.seconds);
            if (status !== 0)
                throw new StepError(
                    `#: setup: ${command}\n  ended with ${status}:\n${lines.join("\n")}`);
        }
    }

    /* Return who may read from a terminal, as [PID NAME, STATE, how often it gave up
       a processor]. */
    async #foreground(number) {
        const look = 'for p in /proc/[0-9]*; do read -r stat <"$p/stat" '
            + '&& mapfile -t status <"$p/status" && echo "$stat ${status[*]}"; done';
        const { lines } = await this.machine.order(`{ ${look}; } 2>/dev/null`);
        return lines.flatMap((line) => {
            const [stat, status] = line.split(" Name:\t");
            const [, pid, name, rest] = /^(\d+) \((.*)\) (.*)$/.exec(stat);
            const [state, , group, , tty, foreground] = rest.split(" ");
            const ours = Number(tty) === TERMINAL_1 + number - 1 && group === foreground;
            const switches = status.match(/ctxt_switches:\s+\d+/g).join();
            return ours ? [[`${pid} ${name}`, state, switches]] : [];
        });
    }

    /* Resolve when others than before are in the foreground, and all sleep. One look
       takes a while, and misses who is born meanwhile: two must be equal, and nobody
       have run between them. */
    async #asleep(number, before) {
        const names = (rows) => rows.map(([name]) => name).join();
        const end = Date.now() + this.seconds * 1000;
        let last = "";
        while (Date.now() < end) {
            const rows = await this.#foreground(number);
            const asleep = rows.every(([, state]) => state === "S");
            const others = rows.length > 0 && names(rows) !== names(before);
            if (others && asleep && rows.join() === last)
                return;
            last = rows.join();
        }
        throw new StepError(`has not come to wait after ${this.seconds} s`);
    }

    async #finish(terminal, step, typed = []) {
        const key = step.command[0] in KEYS;
        let { output, status } = await terminal.prompt(this.seconds, { key, typed });
        terminal.waiting = null;
        if (step.waits && output)
            throw new StepError(`waited, and then said:\n${output}`);
        if (status !== step.status)
            throw new StepError(`ended with ${status}, the book expects ${step.status}; `
                + `the terminal shows:\n${output}`);
        if (key)
            output = output.replace(/^(\^C\n?|\n)/, ""); // where ^C stands already
        const lines = output ? output.replace(/\n$/, "").split("\n") : [];
        const reason = unprintable(lines);
        if (reason)
            throw new StepError(reason);
        return lines;
    }

    /* Return the terminal of a step, at the prompt that the book shows. */
    async #seat(step) {
        const user = userOf(step);
        const terminal = await this.terminal(step.terminal, user, this.seconds);
        const key = step.command[0] in KEYS;
        if (terminal.waiting && !key)
            await this.#finish(terminal, terminal.waiting);
        if (!key)
            await terminal.free();
        if (terminal.mark !== step.mark)
            throw new StepError(`the run's prompt is sh${step.terminal}${terminal.mark}`);
        return terminal;
    }

    async #execute(step) {
        const terminal = await this.#seat(step);
        const before = step.waits ? await this.#foreground(step.terminal) : [];
        const typed = await terminal.type(step.command, this.seconds);
        if (step.waits) {
            await this.#asleep(step.terminal, before);
            terminal.waiting = step;
            return [];
        }
        return this.#finish(terminal, step, typed);
    }

    /* Execute a step; return how what it printed differs from the book, as
       {reason, book, run}. Throws StepError where there is nothing to compare. */
    async step(step) {
        try {
            const seen = await this.#execute(step);
            const wrong = this.names.compare(step.output, seen, nameOf(step));
            await this.names.bury();
            return wrong;
        } catch (error) {
            if (error instanceof GivenUp)
                throw error;
            if (error instanceof StepError || error instanceof MachineError)
                throw new StepError(`${nameOf(step)}\n  ${error.message}`, { cause: error });
            throw error;
        }
    }
}
