"use strict";

/* What is kept over visits stays in this browser. Where nothing can be kept, it
   lasts as long as the page. */

function remembered(key, otherwise) {
    try {
        return JSON.parse(localStorage.getItem(key)) ?? otherwise;
    } catch (error) {
        return otherwise;
    }
}

function remember(key, value) {
    try {
        localStorage.setItem(key, JSON.stringify(value));
    } catch (error) {
        /* No storage. */
    }
}

function makeButton(className, text) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = className;
    button.textContent = text;
    return button;
}

/* Colours: follow the system, or the reader's choice. The head of the page reads
   it before the first paint, as a bare word. */

function setUpColours(button) {
    const root = document.documentElement;
    const modes = ["auto", "light", "dark"];

    function show(mode) {
        root.dataset.theme = mode;
        button.querySelector(".choice").textContent = mode;
        button.setAttribute("aria-label", `Colours: ${mode}`);
    }

    show(modes.includes(root.dataset.theme) ? root.dataset.theme : "auto");
    button.addEventListener("click", () => {
        show(modes[(modes.indexOf(root.dataset.theme) + 1) % modes.length]);
        try {
            localStorage.setItem("theme", root.dataset.theme);
        } catch (error) {
            /* No storage. */
        }
    });
}

/* Chapters: on small screens the list opens and closes. */

function setUpMenu(button, chapters) {
    button.addEventListener("click", () => {
        const open = chapters.classList.toggle("open");
        button.setAttribute("aria-expanded", String(open));
    });
}

/* Progress: a chapter whose end was seen counts as read, and can be unread. */

function address(link) {
    return new URL(link.getAttribute("href"), location.href).href.split("#")[0];
}

function nameOf(page) {
    const root = document.documentElement.dataset.content_root;
    return page.replace(new URL(root, location.href).href, "");
}

function showProgress(links) {
    const read = remembered("read", {});
    for (const link of links) {
        link.querySelector(".done")?.remove();
        if (read[nameOf(address(link))]) {
            const done = document.createElement("span");
            done.className = "done";
            done.innerHTML = '✓<span class="sr"> read</span>';
            link.append(done);
        }
    }
}

function setUpProgress() {
    /* The lists of the book's parts: in the sidebar, and on the first page. */
    const links = Array.from(document.querySelectorAll(".part > li > a"));
    const current = links.find((link) => link.matches(".current"));
    const neighbours = document.querySelector(".neighbours");
    showProgress(links);
    if (!current || !neighbours)
        return;

    const name = nameOf(address(current));
    const button = makeButton("read", "");
    const line = document.createElement("p");
    line.className = "finish";
    line.append(button);
    neighbours.before(line);

    function set(isRead) {
        const read = remembered("read", {});
        read[name] = isRead;
        remember("read", read);
        show(isRead);
    }

    function show(isRead) {
        button.setAttribute("aria-pressed", String(isRead));
        button.textContent = isRead ? "✓ You have read this chapter" : "Mark as read";
        showProgress(links);
    }

    const known = remembered("read", {})[name];
    show(Boolean(known));
    button.addEventListener("click", () => {
        set(button.getAttribute("aria-pressed") !== "true");
    });
    if (known === undefined) {
        const watch = new IntersectionObserver((seen) => {
            if (seen.some((entry) => entry.isIntersecting)) {
                watch.disconnect();
                set(true);
            }
        });
        watch.observe(neighbours);
    }
}

/* On this page: the section that is being read is marked. */

function setUpContents(contents) {
    const places = new Map();
    for (const link of contents.querySelectorAll("ul ul a")) {
        const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
        if (section)
            places.set(section, link);
    }
    const visible = new Set();
    const watch = new IntersectionObserver((changes) => {
        for (const { target, isIntersecting } of changes)
            visible[isIntersecting ? "add" : "delete"](target);
        /* Sections lie in one another: the last that is visible is the innermost. */
        const inOrder = Array.from(places.keys()).filter((key) => visible.has(key));
        for (const link of places.values())
            link.removeAttribute("aria-current");
        places.get(inOrder.pop())?.setAttribute("aria-current", "true");
    }, { rootMargin: "-15% 0px -75% 0px" });
    places.forEach((link, section) => watch.observe(section));
}

/* Copying: from a session what one shell can be given at once, from a listing its lines. */

function prompts(step) {
    return Array.from(step.querySelectorAll(".gp"));
}

function typedAt(prompt) {
    return prompt.nextSibling ? prompt.nextSibling.textContent.split("\n")[0] : "";
}

function commands(steps) {
    return steps.flatMap((step) => prompts(step).map(typedAt)).join("\n");
}

/* Return a session's steps in blocks, each for one shell of one terminal. What comes
   after another prompt, in another terminal or after a key is a block of its own: pasted
   with the one before, it would reach who is not there yet. Keys cannot be pasted. */
function blocks(session) {
    const found = [];
    let last = "";
    for (const step of session.querySelectorAll(".step")) {
        const [prompt] = prompts(step);
        const isKey = /^\^[A-Z]$/.test(typedAt(prompt));
        const shell = isKey ? "" : prompt.textContent;
        if (!isKey && shell === last)
            found.at(-1).push(step);
        else if (!isKey)
            found.push([step]);
        last = shell;
    }
    return found;
}

function lines(pre) {
    const copy = pre.cloneNode(true);
    copy.querySelectorAll(".linenos").forEach((number) => number.remove());
    return copy.textContent;
}

function makeCopyButton(label, text) {
    const button = makeButton("copy", "Copy");
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(text());
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    return button;
}

/* One block is copied by a button in the bar of the session, more by one at each. */
function setUpSession(session) {
    const all = blocks(session);
    for (const steps of all) {
        const [prompt] = prompts(steps[0]);
        const label = `Copy what is typed at ${prompt.textContent.trim()}`;
        const button = makeCopyButton(label, () => commands(steps));
        if (all.length === 1)
            session.querySelector(".terminal").append(button);
        else
            steps[0].before(button);
    }
}

function setUpCopying() {
    document.querySelectorAll(".session").forEach(setUpSession);
    for (const pre of document.querySelectorAll(":not(.session) > .highlight > pre"))
        pre.parentNode.append(makeCopyButton("Copy the listing", () => lines(pre)));
}

/* Terms: the definition, which stands in the title of the link, is shown as long as
   the link or the definition is pointed at or has the focus. Escape takes it away. */

function setUpTerm(link) {
    const box = document.createElement("div");
    box.className = "definition";
    box.id = `definition-${link.hash.slice(1)}-${document.querySelectorAll("[role=tooltip]").length}`;
    box.setAttribute("role", "tooltip");
    box.textContent = link.title;
    box.hidden = true;
    document.body.append(box);
    link.setAttribute("aria-describedby", box.id);
    link.removeAttribute("title");

    function show() {
        const at = link.getBoundingClientRect();
        box.hidden = false;
        const room = document.documentElement.clientWidth - box.offsetWidth - 16;
        box.style.left = `${scrollX + Math.max(16, Math.min(at.left, room))}px`;
        box.style.top = `${scrollY + at.bottom}px`;
    }

    function hide(event) {
        const to = event.relatedTarget;
        if (to !== box && to !== link)
            box.hidden = true;
    }

    link.addEventListener("mouseenter", show);
    link.addEventListener("focus", show);
    link.addEventListener("blur", hide);
    for (const element of [link, box])
        element.addEventListener("mouseleave", hide);
    addEventListener("keydown", (event) => {
        if (event.key === "Escape")
            box.hidden = true;
    });
}

/* Figures in steps: what belongs to other steps than the present one is hidden, and
   the list below says which step that is. */

function setUpSteps(box) {
    const items = box.querySelectorAll("ol > li");
    const parts = box.querySelectorAll("svg [class*='step']");
    const back = makeButton("step-back", "Back");
    const on = makeButton("step-on", "Next step");
    const place = document.createElement("output");
    const controls = document.createElement("p");
    let now = 0;

    function show(step) {
        now = step;
        for (const part of parts)
            part.classList.toggle("off", !part.classList.contains(`step${now + 1}`));
        items.forEach((item, index) => {
            if (index === now)
                item.setAttribute("aria-current", "step");
            else
                item.removeAttribute("aria-current");
        });
        place.textContent = `Step ${now + 1} of ${items.length}`;
        back.disabled = now === 0;
        on.textContent = now === items.length - 1 ? "From the start" : "Next step";
    }

    controls.className = "stepper";
    controls.append(back, on, place);
    box.querySelector("ol").before(controls);
    back.addEventListener("click", () => show(now - 1));
    on.addEventListener("click", () => show((now + 1) % items.length));
    show(0);
}

/* The machine in the page: all of it but the buttons is loaded by the first press. Where
   there is none, that is said in the place of the buttons: whole in the first, which the
   others lead to. */

const NO_SERVER = "The machine needs a server: read the book with `make read`.";
const NO_MACHINE = "This copy of the book has no machine yet: `make live` builds it.";
const ABSENT = {
    building: {
        short: "Being built",
        whole: "The machine that runs this is being built. The buttons come by themselves.",
    },
    missing: { short: "No machine here", whole: NO_MACHINE },
};
const AGAIN = 2000; // milliseconds until a site whose machine is being built is asked again

function machinePlace() {
    return new URL(`${document.documentElement.dataset.content_root}live/`, location.href);
}

/* Return why nothing comes of a press, "" if something does. */
async function press(button) {
    const place = machinePlace();
    const panel = await import(new URL("panel.js", place).href).catch(() => null);
    if (!panel)
        return NO_MACHINE;
    return panel.press(button, { place, missing: NO_MACHINE, memory: { remember, remembered } });
}

function setUpButton(button) {
    const why = document.createElement("output");
    why.className = "why";
    if (remembered("exercises", {})[button.dataset.try]?.passed)
        button.classList.add("passed");
    button.addEventListener("click", async () => {
        why.remove();
        why.textContent = await press(button);
        if (why.textContent)
            button.after(why);
    });
}

/* Return what the site says of its machine: its state, and why there is none. */
async function askForMachine() {
    if (location.protocol === "file:")
        return { state: "missing", why: NO_SERVER };
    const response = await fetch(new URL("machine.json", machinePlace()), { cache: "no-store" });
    return response.json();
}

/* Return what stands in the place of a button: the reason, or what leads to it. */
function makeAbsent(isFirst, short, whole) {
    if (isFirst)
        return Object.assign(document.createElement("output"),
            { id: "no-machine", className: "absent why", textContent: whole });
    return Object.assign(document.createElement("a"),
        { href: "#no-machine", className: "absent", textContent: short });
}

/* Show the buttons or, if there is no machine, why. */
function showMachine(places, { state, why }) {
    const absent = ABSENT[state];
    places.forEach((place, index) => {
        place.querySelector(".absent")?.remove();
        place.firstChild.hidden = Boolean(absent);
        if (absent)
            place.append(makeAbsent(index === 0, absent.short, why || absent.whole));
    });
}

async function setUpMachine(places) {
    let known;
    places.forEach((place) => setUpButton(place.firstChild));
    for (;;) {
        /* Who gives no answer now has none to a press either, and that is said then. */
        const machine = await askForMachine().catch(() => ({ state: "there" }));
        if (machine.state !== known)
            showMachine(places, machine);
        known = machine.state;
        if (known !== "building")
            return;
        await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
    }
}

/* Whatever scrolls sideways must be reachable by the keyboard. */

function makeScrollable(box, label) {
    function update() {
        if (box.scrollWidth > box.clientWidth + 1) {
            box.tabIndex = 0;
            box.setAttribute("role", "region");
            box.setAttribute("aria-label", label);
        } else {
            for (const name of ["tabindex", "role", "aria-label"])
                box.removeAttribute(name);
        }
    }
    update();
    addEventListener("resize", update);
}

/* Search: Control or Command with K goes to the field. */

function setUpSearch(field) {
    addEventListener("keydown", (event) => {
        if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            field.focus();
            field.select();
        }
    });
}

setUpColours(document.getElementById("theme"));
setUpMenu(document.getElementById("menu"), document.getElementById("chapters"));
setUpProgress();
setUpSearch(document.querySelector(".top input"));
if (document.getElementById("contents"))
    setUpContents(document.getElementById("contents"));
document.querySelectorAll(".steps").forEach(setUpSteps);
if (document.querySelector(".live"))
    setUpMachine(Array.from(document.querySelectorAll(".live")));
document.querySelectorAll("a[title]:has(> .std-term)").forEach(setUpTerm);
document.querySelectorAll("div.highlight pre, .diagram, .wide").forEach((box, index) => {
    makeScrollable(box, `Scrollable content ${index + 1}`);
});
if (navigator.clipboard)
    setUpCopying();
