/* The panel at the foot of the page in which the machine runs: what a press on one of
   the page's buttons leads to. It stays until it is closed. */

import { readKinds } from "./compare.js";
import { GivenUp, Machine, MachineError } from "./machine.js";
import { importModule, loadJSON, loadParts, MissingError } from "./download.js";
import { Screen } from "./screen.js";
import { nameOf, StepError, userOf } from "./session.js";
import { Replay } from "./replay.js";
import { Workbench } from "./workbench.js";

const NEEDED = 0.5; // gigabytes that a browser says the device has, at least
const MARKUP = `
<header>
<h2>Linux in this page</h2>
<div role="tablist" aria-label="Terminals of the machine"></div>
<div class="controls">
<button type="button" class="next" disabled>Next command</button>
<button type="button" class="all" disabled>Run all</button>
<button type="button" class="fresh" disabled>Start afresh</button>
<button type="button" class="close">Close</button>
</div>
</header>
<progress max="1" value="0" aria-label="Loading the machine"></progress>
<p class="note" role="status"></p>
<div class="body"><div class="workbench" hidden></div><div class="screens"></div></div>
<p class="leave">What you type goes to the terminal. Esc, then Tab leaves it.</p>`;

let panel = null;

/* Return why the machine cannot run in this browser, "" if it can. */
function unfit() {
    if (typeof WebAssembly !== "object" || typeof DecompressionStream !== "function")
        return "This browser cannot run the machine: it lacks WebAssembly or is too old.";
    if (navigator.deviceMemory < NEEDED)
        return "This device has too little memory for the machine, which needs 250 MB.";
    return "";
}

/* Do what a button of the page asks for; return why it cannot be done, "" if it can.
   site: the place of the machine's files, what to say when one is missing, and the
   page's memory over visits. */
export async function press(button, site) {
    const reason = unfit();
    if (reason)
        return reason;
    panel ??= new Panel(site);
    const { close } = panel;
    try {
        await panel.do(button);
        return "";
    } catch (error) {
        close();
        if (error.name === "AbortError" || error instanceof GivenUp)
            return ""; // the reader has closed it
        if (error instanceof MissingError)
            return site.missing;
        if (!(error instanceof MachineError))
            reportError(error);
        return failed(error);
    }
}

function failed(error) {
    return `The machine failed: ${error.message}`;
}

/* Return the name of the page, as its data is called. */
function pageName() {
    return location.pathname.split("/").at(-1).replace(/\.html$/, "");
}

class Panel {
    #closed = new AbortController();
    #button; // that was pressed last
    #site;
    #root = document.createElement("section");
    #started;
    #busy = false;
    #wanted = null; // what is done next
    #name = ""; // of the transcript that is run
    #labs; // the transcripts of the page
    #kernel;

    constructor(site) {
        this.#site = site;
        this.#root.id = "machine";
        this.#root.setAttribute("aria-label", "Linux in this page");
        this.#root.innerHTML = MARKUP;
        this.#addStyle(new URL("panel.css", site.place));
        document.body.append(this.#root);
        this.#listen();
        this.#started = this.#start();
    }

    #find(selector) {
        return this.#root.querySelector(selector);
    }

    #addStyle(address) {
        const link = document.createElement("link");
        Object.assign(link, { rel: "stylesheet", href: address.href });
        this.#root.prepend(link);
    }

    #listen() {
        const guarded = (selector, work) =>
            this.#find(selector).addEventListener("click", () => this.work(work));
        guarded(".next", () => this.#next());
        guarded(".all", () => this.#all());
        this.#find(".fresh").addEventListener("click", () => this.#abandon());
        this.#find(".close").addEventListener("click", this.close);
        const room = () => {
            document.body.style.paddingBottom = `${this.#root.offsetHeight}px`;
        };
        this.watch = new ResizeObserver(room);
        this.watch.observe(this.#root);
    }

    say(text, differs = false) {
        const note = this.#find(".note");
        note.textContent = text;
        note.classList.toggle("differs", differs);
    }

    async #start() {
        const { place } = this.#site;
        const bar = this.#find("progress");
        const [parts, guest, classes, labs] = await Promise.all([
            loadParts(place, this.#closed.signal, (loaded, total) => {
                bar.value = loaded / total;
                this.say(`${(loaded / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
            }),
            loadJSON(place, "guest.json"),
            loadJSON(place, "classes.json"),
            loadJSON(place, `pages/${pageName()}.json`),
        ]);
        this.say("Waking the machine");
        const [{ V86 }, { Terminal }] = await Promise.all(
            [parts.v86, parts.xterm].map(importModule));
        this.#closed.signal.throwIfAborted();
        const style = document.createElement("style");
        style.textContent = await parts.style.text();
        this.#root.prepend(style);
        const wasm = await WebAssembly.compile(await parts.wasm.arrayBuffer());
        const { state } = parts;
        this.machine = await Machine.restored(V86, { wasm, state, memory: guest.memory });
        if (this.#closed.signal.aborted)
            await this.machine.close();
        this.#closed.signal.throwIfAborted();
        this.#labs = labs;
        this.#kernel = guest.kernel;
        this.screen = new Screen(Terminal, {
            tabs: this.#find("[role=tablist]"),
            screens: this.#find(".screens"),
            typed: (number, text) => this.replay.session.key(number, text),
        });
        this.replay = new Replay(this.machine, readKinds(classes), labs, {
            show: (number, text) => this.screen.write(number, text),
            opened: (number, user) => this.screen.open(number, user),
            typing: (step) => this.#follow(step),
            cleared: () => this.screen.clear(),
        });
        bar.hidden = true;
        this.say("");
        this.#find("h2").textContent = `Linux ${guest.kernel} in this page`;
    }

    /* Do what a button asks for, once the machine runs. */
    async do(button) {
        this.#button = button;
        await this.#started;
        await this.#want(() => this.#open(button.dataset));
    }

    /* Work with the controls off; what is wanted meanwhile comes after it. */
    async #want(work) {
        this.#wanted = work;
        if (this.#busy)
            return;
        this.#busy = true;
        this.#enable();
        try {
            while (this.#wanted) {
                const next = this.#wanted;
                this.#wanted = null;
                await this.#attempt(next);
            }
        } finally {
            this.#busy = false;
            if (!this.#closed.signal.aborted)
                this.#enable();
        }
    }

    /* Work; what a step or the machine had to say against it is said. */
    async #attempt(work) {
        try {
            await work();
        } catch (error) {
            if (this.#closed.signal.aborted)
                return;
            if (!(error instanceof StepError || error instanceof MachineError))
                throw error;
            if (!(error instanceof GivenUp))
                this.say(error.message, true);
        }
    }

    async #open({ run, edit, try: exercise }) {
        const workbench = this.#find(".workbench");
        workbench.replaceChildren();
        workbench.hidden = Boolean(run);
        this.#name = run ?? "";
        if (run)
            await this.#begin(run);
        else
            await this.#makeWorkbench(workbench).open(edit, exercise);
    }

    /* Return a workbench that is laid out in an element, with all that it may ask of us. */
    #makeWorkbench(element) {
        const panel = this;
        return new Workbench(element, {
            get machine() { return panel.machine; },
            say: (text) => this.say(text),
            work: (work) => this.work(work),
            seat: (number, user) => this.#seat(number, user),
            enter: (number, command) => this.replay.session.enter(number, command),
        }, { ...this.#site, labs: this.#labs, kernel: this.#kernel });
    }

    /* Show a terminal of the machine, opened if nothing was typed in it yet. */
    async #seat(number, user) {
        await this.replay.session.terminal(number, user);
        this.screen.select(number);
    }

    /* Do what a button of the panel asks for. */
    async work(work) {
        try {
            await this.#want(work);
        } catch (error) {
            this.say(failed(error), true);
            reportError(error);
        }
    }

    #enable() {
        const { next } = this.replay ?? {};
        this.#showNext();
        const ours = this.#name && !this.#busy;
        const button = this.#find(".next");
        button.disabled = this.#find(".all").disabled = !ours || !next;
        button.textContent = ours && next ? `Next: ${next.command[0]}` : "Next command";
        button.hidden = this.#find(".all").hidden = Boolean(this.replay && !this.#name);
        this.#find(".leave").hidden = this.screen?.current === undefined;
        this.#find(".workbench").inert = this.#busy;
        this.#find(".fresh").disabled = !this.replay;
    }

    /* Bring the machine to where a transcript begins. */
    async #begin(name) {
        const differed = await this.replay.go(name, (before, left) => {
            this.say(`First what comes before it: ${before} (${left} to go)`);
        });
        const [step] = this.replay.steps;
        await this.#seat(step.terminal, userOf(step));
        this.screen.focus();
        this.say(differed ? `${differed} of the commands before it differed from the book` : "");
    }

    /* Show the terminal of a step that is going to run. */
    #follow(step) {
        if (this.screen.current !== step.terminal && this.#root.contains(document.activeElement))
            this.screen.select(step.terminal);
        this.say(`${nameOf(step)} ...`);
    }

    /* Run the next command; return whether it printed what the book shows. */
    async #next() {
        await this.replay.go(this.#name);
        const { name, number, step, wrong } = await this.replay.step();
        this.screen.select(step.terminal);
        this.#markStep(name, number, wrong.length > 0);
        const { done, all } = this.replay.place;
        const counted = `${done} of ${all}: ${nameOf(step)}`;
        if (wrong.length === 0) {
            this.say(`${counted}\nas the book shows${done === all ? "; that was the last" : ""}`);
            return true;
        }
        const lines = wrong.flatMap(({ reason, book, run }) => [
            reason, `  the book: ${book ?? "(nothing)"}`, `  here:     ${run ?? "(nothing)"}`]);
        this.say([`${counted}: another answer than the book's`, ...lines].join("\n"), true);
        return false;
    }

    async #all() {
        do
            if (!await this.#next())
                return;
        while (this.replay.next && !this.#wanted);
    }

    /* Start afresh, even while something runs. */
    #abandon() {
        this.machine.giveUp();
        return this.work(() => this.#fresh());
    }

    async #fresh() {
        this.say("A new machine");
        for (const step of document.querySelectorAll(".step.same, .step.differs"))
            step.classList.remove("same", "differs");
        await this.replay.restart();
        if (this.#name)
            await this.#begin(this.#name);
        else
            await this.replay.session.terminal(1);
    }

    /* Return the commands of a transcript as the page shows them. */
    #steps(name) {
        const place = document.querySelector(`[data-run="${name}"]`)?.closest(".live");
        const above = place?.previousElementSibling;
        const session = above?.matches(".session") ? above : above?.querySelector(".session");
        return session?.querySelectorAll(".step") ?? [];
    }

    /* Mark a command in the page, whether it printed what the page shows. */
    #markStep(name, number, differs) {
        this.#steps(name)[number]?.classList.add(differs ? "differs" : "same");
    }

    /* Mark the command in the page that comes next, and bring it above the panel. */
    #showNext() {
        document.querySelector(".step.next")?.classList.remove("next");
        if (!this.#name || this.#busy || !this.replay.next)
            return;
        const step = this.#steps(this.#name)[this.replay.place.done];
        step?.classList.add("next");
        document.documentElement.style.scrollPaddingBottom = `${this.#root.offsetHeight}px`;
        step?.scrollIntoView({ block: "nearest" });
    }

    /* End the machine; nothing of it stays. */
    close = () => {
        if (this.#closed.signal.aborted)
            return;
        this.#closed.abort();
        this.watch.disconnect();
        this.screen?.clear();
        this.machine?.close();
        this.machine = this.replay = this.screen = undefined; // whoever still knows the panel
        this.#root.remove();
        document.querySelector(".step.next")?.classList.remove("next");
        document.body.style.paddingBottom = document.documentElement.style.scrollPaddingBottom = "";
        panel = null;
        this.#button.focus({ preventScroll: true });
    };
}
