/* What the machine is made of: loaded with progress, and unpacked. */

const PARTS = {
    v86: "v86.mjs.gz",
    wasm: "v86.wasm.gz",
    xterm: "xterm.mjs.gz",
    style: "xterm.css.gz",
    state: "state.zst",
};
const GZIP = [0x1f, 0x8b];

export class MissingError extends Error {}

/* Return the answer to a request for a file of the machine. */
async function request(place, name, signal) {
    const response = await fetch(new URL(name, place), { signal });
    if (!response.ok)
        throw new MissingError(`${name}: ${response.status}`);
    return response;
}

/* Return the bytes of an answer, a Blob; arrived(number) is called as they come in. */
async function read(response, arrived) {
    const chunks = [];
    const reader = response.body.getReader();
    for (;;) {
        const { done, value } = await reader.read();
        if (done)
            return new Blob(chunks);
        chunks.push(value);
        arrived(value.length);
    }
}

/* Return a Blob unpacked, if gzip(1) has packed it; some servers have done it already. */
async function unpack(blob) {
    const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
    if (first !== GZIP[0] || second !== GZIP[1])
        return blob;
    return new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).blob();
}

export async function loadJSON(place, name) {
    return (await request(place, name)).json();
}

/* Return the bytes of a file. */
export async function loadFile(place, name) {
    const response = await request(place, name);
    return new Uint8Array(await response.arrayBuffer());
}

/* Return the parts by name, as Blobs: a browser need not keep those in the page's memory,
   and the state is large. progress(loaded, total) counts bytes. */
export async function loadParts(place, signal, progress) {
    const names = Object.keys(PARTS);
    const responses = await Promise.all(
        names.map((name) => request(place, PARTS[name], signal)));
    const sizes = responses.map(({ headers }) => Number(headers.get("content-length")));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let loaded = 0;
    const arrived = (number) => progress(loaded += number, total);
    const blobs = await Promise.all(responses.map((response) => read(response, arrived)));
    const unpacked = await Promise.all(blobs.map(unpack));
    return Object.fromEntries(names.map((name, index) => [name, unpacked[index]]));
}

/* Return what a JavaScript module exports, from a Blob. */
export async function importModule(blob) {
    const address = URL.createObjectURL(new Blob([blob], { type: "text/javascript" }));
    try {
        return await import(address);
    } finally {
        URL.revokeObjectURL(address);
    }
}
