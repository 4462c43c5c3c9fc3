"use strict";

/* From a message to its cause: which of the messages that the book explains is in what a
   reader has pasted? Paths, numbers, quotes and the program in front are the reader's
   own, and count for nothing. The page of the failures and that of the search use it. */

/* Return the words of a text, as they are compared. A path is what is between its
   slashes; what begins with a digit is a number. */
function wordsOf(text) {
    const words = text.toLowerCase().split(/[^\p{L}\p{N}_]+/u);
    return words.filter((word) => word && !/^\p{N}/u.test(word));
}

/* Tell whether words hold the words of each part of a message, part after part. */
function holds(words, parts) {
    let from = 0;
    return parts.every((part) => {
        for (let at = from; at + part.length <= words.length; at += 1)
            if (part.every((word, index) => words[at + index] === word)) {
                from = at + part.length;
                return true;
            }
        return false;
    });
}

/* Return how much words that stand in few of the failures weigh; one that stands in none
   weighs like one that stands in one. */
function weigh(failures) {
    const count = new Map();
    for (const { words } of failures)
        for (const word of words)
            count.set(word, (count.get(word) ?? 0) + 1);
    return (words) => words.reduce(
        (sum, word) => sum + Math.log(1 + failures.length / (count.get(word) ?? 1)), 0);
}

/* Return the failures with a message that is most like a line, if what the two share is
   half of both together, or more. */
function nearest(failures, lines) {
    const weight = weigh(failures);
    const weighed = (words) => {
        const set = new Set(words);
        return { set, sum: weight(Array.from(set)) };
    };
    const pasted = lines.filter((line) => line.length).map(weighed);

    function likeness(message) {
        const words = Array.from(message.set);
        return pasted.reduce((most, { set, sum }) => {
            const shared = weight(words.filter((word) => set.has(word)));
            return Math.max(most, 2 * shared / (message.sum + sum));
        }, 0);
    }

    const best = failures.map(({ messages }) =>
        Math.max(0, ...messages.map((parts) => likeness(weighed(parts.flat())))));
    const enough = Math.max(0.5, 0.8 * Math.max(...best));
    return failures.filter((_, index) => best[index] >= enough);
}

/* Return which failures a text may be about, and how that was found: "all" for a text
   without words, "message" for those whose message is in a line of it, "words" for those
   that have all its words, the last of them perhaps half typed, "near" for those with a
   message that is like a line of it, "none".

   A failure has messages, each a list of parts that are the same for all readers, each
   a list of words; words, all of its words. */
function findFailures(failures, text) {
    const words = wordsOf(text);
    const lines = [...text.split("\n").map(wordsOf), words];
    const last = words.at(-1);

    function withMessage(line) {
        return failures.filter(({ messages }) => messages.some((parts) => holds(line, parts)));
    }

    function hasAll(failure) {
        return words.every((word) => failure.words.has(word))
            || (words.slice(0, -1).every((word) => failure.words.has(word))
                && Array.from(failure.words).some((word) => word.startsWith(last)));
    }

    if (!words.length)
        return { how: "all", found: failures };
    const found = new Set(lines.slice(0, -1).flatMap(withMessage));
    const whole = found.size ? Array.from(found) : withMessage(words);
    if (whole.length)
        return { how: "message", found: failures.filter((failure) => whole.includes(failure)) };
    const having = failures.filter(hasAll);
    if (having.length)
        return { how: "words", found: having };
    const near = nearest(failures, lines.slice(-100)); // of a long log its end
    return { how: near.length ? "near" : "none", found: near };
}

/* Return a failure as findFailures takes it, from its messages' parts and other texts. */
function describe(messages, other) {
    return {
        messages: messages.map((parts) => parts.map(wordsOf).filter((part) => part.length)),
        words: new Set([...messages.flat(), other].flatMap(wordsOf)),
    };
}

/* Return the parts of a message in the page that are the same for all readers. */
function partsOf(message) {
    const parts = [""];
    for (const node of message.childNodes)
        if (node.classList?.contains("yours"))
            parts.push("");
        else
            parts[parts.length - 1] += node.textContent;
    return parts;
}

/* The page of the failures: a box that narrows the list. */

function readFailure(list) {
    const messages = Array.from(list.querySelectorAll("dt .message"), partsOf);
    const texts = Array.from(list.querySelectorAll("dt, p"))
        .filter((text) => !text.closest("details"))
        .map((text) => text.textContent);
    const causes = list.querySelectorAll("dd > ol > li").length || 1;
    return { ...describe(messages, texts.join("\n")), list, causes };
}

function tellFound(how, found) {
    const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
    const failures = count(found.length, "failure");
    const causes = count(found.reduce((sum, failure) => sum + failure.causes, 0), "cause");
    return {
        all: `${failures}, ${causes}`,
        message: `${failures} with this message, ${causes}`,
        words: `${failures} with these words, ${causes}`,
        near: `No message is quite like it. Nearest: ${failures}, ${causes}`,
        none: "Nothing here is like it. Try fewer words, or those of the error alone",
    }[how];
}

function setUpNarrowing(form) {
    const field = form.querySelector("textarea");
    const told = form.querySelector("output");
    const failures = Array.from(document.querySelectorAll("dl.failure"), readFailure);
    const sections = document.querySelectorAll("section:has(> dl.failure)");

    function narrow() {
        const { how, found } = findFailures(failures, field.value);
        const shown = new Set(found);
        for (const failure of failures)
            failure.list.hidden = !shown.has(failure);
        for (const section of sections)
            section.hidden = !section.querySelector("dl.failure:not([hidden])");
        told.textContent = tellFound(how, found);
        form.classList.toggle("narrowed", how !== "all");
    }

    field.addEventListener("input", narrow);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => {
        field.value = "";
        narrow();
        field.focus();
    });
    /* Who follows a link to a failure wants to see it. */
    addEventListener("hashchange", () => {
        if (document.getElementById(location.hash.slice(1))?.closest("[hidden]"))
            form.reset();
    });
    narrow();
}

/* The page of the search: what was searched for may be a message. */

function showMessages(query) {
    const place = document.getElementById("as-message");
    const known = JSON.parse(document.getElementById("messages").textContent);
    const failures = known.map((one) => ({ ...describe([one.parts], ""), ...one }));
    const { how, found } = findFailures(failures, query);
    const items = found.map(({ href, text }) => {
        const link = Object.assign(document.createElement("a"), { href });
        const item = document.createElement("li");
        link.append(Object.assign(document.createElement("code"), { textContent: text }));
        item.append(link);
        return item;
    });
    place.querySelector("ul").replaceChildren(...items);
    place.hidden = how !== "message";
}

if (globalThis.document?.querySelector(".narrow"))
    setUpNarrowing(document.querySelector(".narrow"));
if (globalThis.document?.getElementById("as-message"))
    showMessages(new URLSearchParams(location.search).get("q") ?? "");
