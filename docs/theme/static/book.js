"use strict";

/* Colours: follow the system, or the reader's choice, kept over visits. */

function setUpColours(button) {
    const root = document.documentElement;
    const modes = ["auto", "light", "dark"];

    function show(mode) {
        root.dataset.theme = mode;
        button.textContent = `Colours: ${mode}`;
    }

    show(modes.includes(root.dataset.theme) ? root.dataset.theme : "auto");
    button.addEventListener("click", () => {
        show(modes[(modes.indexOf(root.dataset.theme) + 1) % modes.length]);
        try {
            localStorage.setItem("theme", root.dataset.theme);
        } catch (error) {
            /* No storage: the choice lasts as long as the page. */
        }
    });
}

/* Chapters: on narrow screens the list opens and closes. */

function setUpMenu(button, chapters) {
    button.addEventListener("click", () => {
        const open = chapters.classList.toggle("open");
        button.setAttribute("aria-expanded", String(open));
    });
}

/* Copying: from a session its commands, from a listing its lines. */

function commands(pre) {
    return Array.from(pre.querySelectorAll(".gp"), (prompt) => {
        const command = prompt.nextSibling;
        return command ? command.textContent.split("\n")[0] : "";
    }).join("\n");
}

function lines(pre) {
    const copy = pre.cloneNode(true);
    copy.querySelectorAll(".linenos").forEach((number) => number.remove());
    return copy.textContent;
}

function addCopyButton(box) {
    const pre = box.querySelector("pre");
    const isSession = box.closest(".transcript") !== null;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.title = isSession ? "Copy the commands" : "Copy the listing";
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(isSession ? commands(pre) : lines(pre));
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    box.append(button);
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

setUpColours(document.getElementById("theme"));
setUpMenu(document.getElementById("menu"), document.getElementById("chapters"));
document.querySelectorAll("div.highlight pre, .diagram, .wide").forEach((box, index) => {
    makeScrollable(box, `Scrollable content ${index + 1}`);
});
if (navigator.clipboard)
    document.querySelectorAll("div.highlight").forEach(addCopyButton);
