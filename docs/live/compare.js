/* Is what a run printed what the book says, but for values that differ by nature?

   The rules are those of tests/transcripts/compare.py, which says why; the classes of
   values are in transcripts/classes.json, and tests/transcripts/compare.json has the
   cases that both must decide alike. */

/* Return the classes of values, from what classes.json holds. */
export function readKinds({ classes }) {
    return classes.map(({ name, pattern, compare, fixed }) => ({
        name,
        pattern: new RegExp(pattern, "dg"),
        compare,
        fixed: new Set(fixed),
    }));
}

/* Cut a line into texts and values; where two classes meet the first one wins. */
function split(line, kinds) {
    const found = [];
    for (const kind of kinds)
        for (const match of line.matchAll(kind.pattern)) {
            const [start, end] = match.indices[1];
            const free = found.every((other) => end <= other.start || other.end <= start);
            if (!kind.fixed.has(match[1]) && free)
                found.push({ start, end, kind });
        }
    found.sort((a, b) => a.start - b.start);
    const pieces = [];
    let position = 0;
    for (const { start, end, kind } of found) {
        pieces.push({ text: line.slice(position, start) });
        pieces.push({ text: line.slice(start, end), kind });
        position = end;
    }
    pieces.push({ text: line.slice(position) });
    return pieces;
}

/* Return a line with its values replaced by the names of their classes, and the blanks
   beside a value run together. */
function form(line, kinds) {
    return split(line, kinds).map(({ text, kind }, index, { length }) => {
        if (kind)
            return `\0${kind.name}\0`;
        let shown = index > 0 ? text.replace(/^ +/, " ") : text;
        if (index < length - 1)
            shown = shown.replace(/ +$/, " ");
        return shown;
    }).join("");
}

/* Return the longest run of equal items as [start in a, start in b, length]. */
function longest(a, b) {
    let best = [0, 0, 0];
    let before = [];
    a.forEach((item, i) => {
        const lengths = [];
        b.forEach((other, j) => {
            if (item !== other)
                return;
            lengths[j] = (before[j - 1] ?? 0) + 1;
            if (lengths[j] > best[2])
                best = [i - lengths[j] + 1, j - lengths[j] + 1, lengths[j]];
        });
        before = lengths;
    });
    return best;
}

/* Return pairs of indices that belong together, undefined where one lacks: the longest
   run that agrees, then the same before and after it, as Python's difflib does. */
function align(a, b, from = 0, to = 0) {
    const [i, j, length] = longest(a, b);
    if (length === 0)
        return Array.from({ length: Math.max(a.length, b.length) }, (_, n) => [
            n < a.length ? from + n : undefined, n < b.length ? to + n : undefined]);
    const same = Array.from({ length }, (_, n) => [from + i + n, to + j + n]);
    return [
        ...align(a.slice(0, i), b.slice(0, j), from, to),
        ...same,
        ...align(a.slice(i + length), b.slice(j + length),
            from + i + length, to + j + length),
    ];
}

/* Which value of the book is which value of the run, on one page. */
export class Names {
    #pairs = new Map();

    /* alive(name of a class, values of the run) resolves with those that still belong
       to somebody. */
    constructor(kinds, alive) {
        this.kinds = kinds;
        this.alive = alive;
    }

    #of(name) {
        if (!this.#pairs.has(name))
            this.#pairs.set(name, []);
        return this.#pairs.get(name);
    }

    /* Compare what a step shows in the book and in the run; return what differs, as
       {reason, book, run}, with null for a line that lacks. */
    compare(book, run, where = "") {
        const forms = [book, run].map((lines) => lines.map((line) => form(line, this.kinds)));
        const wrong = [];
        for (const [i, j] of align(...forms)) {
            const pair = { book: book[i] ?? null, run: run[j] ?? null };
            const reason = this.#reason(pair, where);
            if (reason)
                wrong.push({ reason, ...pair });
        }
        return wrong;
    }

    #reason({ book, run }, where) {
        if (book === null)
            return "the run has a line more";
        if (run === null)
            return "the run lacks a line";
        if (form(book, this.kinds) !== form(run, this.kinds))
            return "the text differs";
        const right = split(run, this.kinds);
        const before = structuredClone(this.#pairs);
        for (const [index, { kind, text }] of split(book, this.kinds).entries()) {
            if (!kind || kind.compare === "form")
                continue;
            const reason = this.#match(kind.name, text, right[index].text, where);
            if (reason) {
                this.#pairs = before; // a line that is wrong proves nothing
                return reason;
            }
        }
        return "";
    }

    #match(name, book, run, where) {
        const pairs = this.#of(name);
        for (const pair of pairs) {
            if (pair.book === book && pair.run !== run)
                return `the book shows the same ${name} twice, the kernel gave two: `
                    + `${book} was ${pair.run} (${pair.where}), now ${run}`;
            if (pair.run === run && pair.book !== book && pair.alive)
                return `the book shows another ${name} here, the kernel gave the same: `
                    + `${run} was ${pair.book} (${pair.where}), now ${book}`;
        }
        const known = pairs.find((pair) => pair.book === book);
        if (known)
            known.alive = true;
        else
            pairs.push({ book, run, where, alive: true });
        return "";
    }

    /* Mark the pairs whose value of the run is nobody's any more: its number is free,
       and may name another before the next step shows it. */
    async bury() {
        for (const [name, pairs] of this.#pairs) {
            const lived = pairs.filter((pair) => pair.alive);
            if (lived.length === 0)
                continue;
            const living = await this.alive(name, new Set(lived.map((pair) => pair.run)));
            for (const pair of lived)
                pair.alive = living.has(pair.run);
        }
    }
}
