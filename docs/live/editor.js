/* An editor for a sample: a text area with the numbers of its lines. */

export class Editor {
    #numbers = document.createElement("div");
    #area = document.createElement("textarea");
    #errors = document.createElement("ol");
    element = document.createElement("div");

    constructor(label) {
        this.label = label;
        const frame = document.createElement("div");
        frame.className = "editor";
        this.#numbers.className = "numbers";
        this.#numbers.setAttribute("aria-hidden", "true");
        Object.assign(this.#area, { spellcheck: false, wrap: "off", autocomplete: "off" });
        this.#area.setAttribute("aria-label", label);
        this.#area.setAttribute("autocapitalize", "off");
        this.#errors.className = "errors";
        this.#errors.setAttribute("aria-live", "polite");
        frame.append(this.#numbers, this.#area);
        this.element.append(frame, this.#errors);
        this.element.className = "edit";
        this.#area.addEventListener("input", () => this.#count());
        this.#area.addEventListener("scroll", () => {
            this.#numbers.scrollTop = this.#area.scrollTop;
        });
    }

    get text() {
        return this.#area.value;
    }

    set text(text) {
        this.#area.value = text;
        this.#count();
    }

    focus() {
        this.#area.focus();
    }

    #count() {
        const lines = this.text.split("\n").length;
        if (this.#numbers.childElementCount === lines)
            return;
        this.#numbers.replaceChildren(...Array.from({ length: lines }, (_, index) => {
            const number = document.createElement("span");
            number.textContent = index + 1;
            return number;
        }));
    }

    /* Show what a compiler says: [{line, message}]; without a line it is of the whole. */
    mark(errors) {
        for (const number of this.#numbers.children)
            number.classList.remove("wrong");
        for (const { line } of errors)
            this.#numbers.children[line - 1]?.classList.add("wrong");
        this.#area.setAttribute("aria-invalid", String(errors.length > 0));
        this.#errors.replaceChildren(...errors.map((error) => this.#entry(error)));
        if (errors[0]?.line)
            this.#goTo(errors[0].line);
    }

    #entry({ line, message }) {
        const item = document.createElement("li");
        if (!line) {
            item.textContent = message;
            return item;
        }
        const link = document.createElement("button");
        link.type = "button";
        link.textContent = `line ${line}: ${message}`;
        link.addEventListener("click", () => this.#goTo(line));
        item.append(link);
        return item;
    }

    #goTo(line) {
        const lines = this.text.split("\n");
        const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
        this.#area.focus();
        this.#area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
        const height = this.#area.scrollHeight / lines.length;
        this.#area.scrollTop = Math.max(0, (line - 4) * height);
    }
}
