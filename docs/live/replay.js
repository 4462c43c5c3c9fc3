/* The transcripts of a page, step by step in one machine. What comes before a
   transcript has to have happened there, as for a reader who types the chapter. */

import { Session } from "./session.js";

export class Replay {
    #machine;
    #kinds;
    #labs;
    #watch;
    #lab = [];
    #index = 0; // of the transcript in its lab
    #at = 0; // the step that comes next
    #begun = false;

    /* labs: for each fresh lab of the page its transcripts, from pages/PAGE.json; watch:
       what Session takes, and cleared(), when the terminals are gone. */
    constructor(machine, kinds, labs, watch) {
        this.#machine = machine;
        this.#kinds = kinds;
        this.#labs = labs;
        this.#watch = watch;
        this.#renew();
    }

    #renew() {
        this.session = new Session(this.#machine, this.#kinds, this.#watch);
        [this.#lab, this.#index, this.#at, this.#begun] = [[], 0, 0, false];
    }

    /* Make the machine as new. */
    async restart() {
        this.#watch.cleared();
        await this.#machine.restore();
        this.#renew();
    }

    get #transcript() {
        return this.#lab[this.#index];
    }

    /* Return the lab that a transcript belongs to, and its index there. */
    #find(name) {
        const lab = this.#labs.find((names) => names.some((other) => other.name === name));
        return { lab, index: lab.findIndex((other) => other.name === name) };
    }

    /* Tell whether the machine can still come to the beginning of a transcript. */
    #leadsTo(lab, index) {
        const before = this.#index < index || (this.#index === index && this.#at === 0);
        return this.#lab === lab && before;
    }

    /* Return how many transcripts have to run before another of the lab. */
    #left(index) {
        return this.#lab.slice(this.#index, index).filter((other) => !other.cannot).length;
    }

    /* Bring the machine to the beginning of a transcript, or on in it; passing(name, to
       go) is called for each one that runs before. Return how many steps differed. */
    async go(name, passing = () => {}) {
        if (this.#transcript?.name === name)
            return 0;
        const { lab, index } = this.#find(name);
        if (!this.#leadsTo(lab, index)) {
            if (this.#lab.length > 0)
                await this.restart();
            this.#lab = lab;
        }
        let differed = 0;
        while (this.#index < index) {
            if (!this.#transcript.cannot)
                passing(this.#transcript.name, this.#left(index));
            while (this.next)
                differed += (await this.step()).wrong.length > 0;
            [this.#index, this.#at, this.#begun] = [this.#index + 1, 0, false];
        }
        return differed;
    }

    /* The step that comes next in the transcript, undefined after the last one. */
    get next() {
        return this.#transcript?.steps?.[this.#at];
    }

    /* The steps of the transcript that is at hand. */
    get steps() {
        return this.#transcript.steps;
    }

    /* Where in its transcript the replay is: steps done, and steps in all. */
    get place() {
        return { done: this.#at, all: this.#transcript.steps.length };
    }

    /* Run the next step; return {name, number, step, wrong}, wrong as from Session.step. */
    async step() {
        const { name } = this.#transcript;
        const step = this.next;
        if (!this.#begun)
            await this.session.begin(this.#transcript);
        this.#begun = true;
        const number = this.#at;
        this.#watch.typing(step);
        const wrong = await this.session.step(step);
        this.#at += 1;
        return { name, number, step, wrong };
    }
}
