/* Where a sample is changed and run, and where an exercise is done. */

import { bringCompiler, build, must, quote, writeFile } from "./compile.js";
import { Editor } from "./editor.js";
import { loadFile, loadJSON } from "./download.js";
import { judge } from "./verdict.js";

const SAMPLES = "/book/code-samples";
const EXERCISES = "/book/tests/exercises";
const PROGRAMS = "/book/build/samples";
const FIRST = `${SAMPLES}/unshare.c`;
const WORK = "/book/work";

function makeButton(text, type = "button") {
    return Object.assign(document.createElement("button"), { type, textContent: text });
}

/* Return the first step of a page's transcripts that runs a program, as it is named
   there: a system's own may have the same name. */
function example(labs, program) {
    const steps = labs.flat().flatMap((transcript) => transcript.steps ?? []);
    return steps.find(({ command: [line, ...more] }) =>
        more.length === 0 && line.split(" ").includes(program));
}

/* Return where a page's own session runs a sample, or where one would start. */
function placeOf(labs, program) {
    const typed = program.includes("/") ? program : `./${program}`;
    const { terminal = 1, mark = "#", command = [typed] } = example(labs, typed) ?? {};
    return { number: terminal, user: mark === "#" ? "root" : "reader", command: command[0] };
}

export class Workbench {
    /* panel is what surrounds it: machine, the one that runs now; say(text), to the
       reader; work(function), with the controls off; seat(number, user), to show a
       terminal; enter(number, command), to type into it and wait for its prompt. place:
       of the machine's files; memory: what is kept over visits, as book.js has it; labs:
       the transcripts of the page; kernel: the machine's series. */
    constructor(host, panel, { place, memory, labs, kernel }) {
        this.host = host;
        this.panel = panel;
        this.place = place;
        this.memory = memory;
        this.labs = labs;
        this.kernel = kernel;
    }

    /* Open a sample or an exercise, whichever is named. */
    async open(sample, exercise) {
        if (sample)
            await this.#openSample(sample);
        else
            await this.#openExercise(exercise);
        this.editor.focus();
        if (this.editor.label.endsWith(".c"))
            this.#bring();
    }

    async #read(path) {
        return `${(await must(this.panel.machine, `cat ${quote(path)}`)).join("\n")}\n`;
    }

    /* Lay out the workbench: what acts on the text, the text, and what stands below it. */
    #layOut(form, label, text, below = []) {
        this.editor = new Editor(label);
        this.editor.text = text;
        this.host.replaceChildren(form, this.editor.element, ...below);
    }

    /* Have the compiler brought, while the reader reads and once more when it is needed:
       the machine may have been made as new. */
    #bring() {
        const load = () => loadFile(this.place, "compiler.squashfs");
        return bringCompiler(this.panel.machine, load, FIRST);
    }

    /* Compile the editor's text; return whether that went well. */
    async #build(source, program) {
        const { machine } = this.panel;
        if (source.endsWith(".c")) {
            this.panel.say("Bringing the compiler");
            await this.#bring();
        }
        this.panel.say("Compiling");
        await writeFile(machine, source, this.editor.text);
        const errors = await build(machine, source, program);
        this.editor.mark(errors);
        this.panel.say(errors.length ? "It does not compile yet" : "");
        return errors.length === 0;
    }

    async #openSample(sample) {
        const { panel } = this;
        const source = `${SAMPLES}/${sample}`;
        const program = sample.replace(/\.c$/, "");
        const { number, user, command } = placeOf(this.labs, program);
        const text = await this.#read(source);
        await panel.seat(number, user);
        const form = document.createElement("form");
        const label = Object.assign(document.createElement("label"), { textContent: "Command" });
        const field = document.createElement("input");
        Object.assign(field, { value: command, spellcheck: false });
        label.append(field);
        form.append(label, makeButton(sample.endsWith(".c") ? "Compile and run" : "Run", "submit"));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            panel.work(async () => {
                await panel.seat(number, user);
                if (await this.#build(source, `${PROGRAMS}/${program}`))
                    await panel.enter(number, field.value);
            });
        });
        this.#layOut(form, `Source of ${sample}`, text);
    }

    async #openExercise(name) {
        const [{ [name]: { suffix } }, reads] = await Promise.all(
            ["exercises.json", "reads.json"].map((file) => loadJSON(this.place, file)));
        const starter = await this.#read(`${EXERCISES}/${name}/starter${suffix}`);
        const { [name]: kept } = this.#kept();
        const form = document.createElement("form");
        const back = makeButton("Back to the starter");
        form.append(makeButton("Try it", "submit"), back);
        const said = Object.assign(document.createElement("pre"), { className: "verdict" });
        said.setAttribute("role", "status");
        said.textContent = kept?.passed ? "You have passed this one." : "";
        back.addEventListener("click", () => { this.editor.text = starter; });
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            said.textContent = "";
            this.panel.work(async () => {
                said.textContent = await this.#attempt(name, suffix, reads);
            });
        });
        this.#layOut(form, `Your ${name}${suffix}`, kept?.text ?? starter, [said]);
    }

    #kept() {
        return this.memory.remembered("exercises", {});
    }

    /* Remember the text of an exercise, and once it has passed, that. */
    #keep(name, text, now = false) {
        const kept = this.#kept();
        const passed = now || Boolean(kept[name]?.passed);
        this.memory.remember("exercises", { ...kept, [name]: { text, passed } });
        document.querySelector(`[data-try="${name}"]`)?.classList.toggle("passed", passed);
    }

    /* Judge the editor's text; return what there is to say, and remember both. */
    async #attempt(name, suffix, reads) {
        const { editor: { text }, panel } = this;
        this.#keep(name, text);
        const program = `${WORK}/${name}${suffix === ".c" ? "" : suffix}`;
        if (!await this.#build(`${WORK}/${name}${suffix}`, program))
            return "";
        panel.say("Judging");
        const { verdict, lines } = await judge(panel.machine, name, program, reads);
        const passed = Boolean(verdict?.passed);
        this.#keep(name, text, passed);
        const last = passed ? `passed: all ${verdict.facts.length} facts hold` : "not yet";
        panel.say(last);
        return [`${name}, on Linux ${this.kernel} in this page:`, ...lines, last].join("\n");
    }
}
