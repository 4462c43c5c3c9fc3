/* The terminals as the reader sees them: one at a time, behind tabs. */

import { COLUMNS, ROWS } from "./session.js";

const SCROLLBACK = 2000; // lines

function colour(name) {
    /* A colour of book.css may be one for light and one for dark pages. */
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
}

export class Screen {
    #views = new Map();
    #escaped = false;

    /* XTerm is the class of xterm.js; typed(number, text) gets what the reader types. */
    constructor(XTerm, { tabs, screens, typed }) {
        this.XTerm = XTerm;
        this.tabs = tabs;
        this.screens = screens;
        this.typed = typed;
        tabs.addEventListener("keydown", (event) => this.#move(event));
    }

    /* Add a terminal, or name its user. */
    open(number, user) {
        const name = `sh${number} ${user}`;
        const known = this.#views.get(number);
        if (known) {
            known.tab.textContent = name;
            return;
        }
        const tab = document.createElement("button");
        Object.assign(tab, { type: "button", textContent: name, id: `machine-tab-${number}` });
        tab.className = `t${number}`;
        const box = document.createElement("div");
        box.id = `machine-screen-${number}`;
        box.className = "screen";
        for (const [element, role] of [[tab, "tab"], [box, "tabpanel"]])
            element.setAttribute("role", role);
        tab.setAttribute("aria-controls", box.id);
        box.setAttribute("aria-labelledby", tab.id);
        tab.addEventListener("click", () => { this.select(number); this.focus(); });
        const after = Array.from(this.#views.keys()).filter((other) => other > number);
        this.tabs.insertBefore(tab, this.#views.get(Math.min(...after))?.tab ?? null);
        this.screens.append(box);
        this.#views.set(number, { tab, box, terminal: this.#terminal(number, box) });
        this.select(this.current ?? number);
    }

    #terminal(number, box) {
        const terminal = new this.XTerm({
            cols: COLUMNS,
            rows: ROWS,
            scrollback: SCROLLBACK,
            screenReaderMode: true,
            fontFamily: getComputedStyle(document.body).getPropertyValue("--mono"),
            fontSize: 13,
            theme: {
                background: colour("--screen"),
                foreground: colour("--typed"),
                cursor: colour(`--t${number}`),
            },
        });
        terminal.attachCustomKeyEventHandler((event) => this.#stays(event));
        terminal.open(box);
        terminal.onData((text) => this.typed(number, text));
        return terminal;
    }

    /* Escape, then Tab leaves the terminal; tell whether a key is the terminal's. */
    #stays({ type, key }) {
        if (type !== "keydown")
            return true;
        const leaves = key === "Tab" && this.#escaped;
        if (key !== "Shift")
            this.#escaped = key === "Escape";
        return !leaves;
    }

    #move(event) {
        const numbers = Array.from(this.#views.keys()).sort();
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step)
            return;
        const at = numbers.indexOf(this.current) + step + numbers.length;
        this.select(numbers[at % numbers.length]);
        this.#views.get(this.current).tab.focus();
    }

    /* Show a terminal. */
    select(number) {
        this.current = number;
        for (const [other, { tab, box }] of this.#views) {
            const shown = other === number;
            tab.setAttribute("aria-selected", String(shown));
            tab.tabIndex = shown ? 0 : -1;
            box.hidden = !shown;
        }
    }

    focus() {
        this.#views.get(this.current)?.terminal.focus();
    }

    write(number, text) {
        this.#views.get(number)?.terminal.write(text);
    }

    /* Take all terminals away. */
    clear() {
        for (const { tab, box, terminal } of this.#views.values()) {
            terminal.dispose();
            tab.remove();
            box.remove();
        }
        this.#views.clear();
        this.current = undefined;
    }
}
