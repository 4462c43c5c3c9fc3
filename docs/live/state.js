/* A saved state of the machine, unpacked. */

const HEADER = 16; // bytes: a mark, the version, the length of the state, and of its index
const LENGTH = 8; // where the length of the state is
const PIECE = 1 << 20;

/* Return an instance of v86 that runs no machine: nothing of it is ever called for. */
async function makeInstance(wasm) {
    const needed = WebAssembly.Module.imports(wasm).filter(({ kind }) => kind === "function");
    const env = Object.fromEntries(needed.map(({ name }) => [name, () => {}]));
    env.__indirect_function_table = new WebAssembly.Table({ element: "anyfunc", initial: 1024 });
    return (await WebAssembly.instantiate(wasm, { env })).exports;
}

/* Return a state that zstd(1) packed, a Blob, as an ArrayBuffer. wasm is v86, which has
   the code for that. In an instance of its own, it takes the memory with it when it goes:
   the machine's would keep it. */
export async function unpackState(wasm, packed) {
    const v86 = await makeInstance(wasm);
    const bytes = new Uint8Array(await packed.arrayBuffer());
    const context = v86.zstd_create_ctx(bytes.length);
    const copy = (length, target, offset) => {
        const place = v86.zstd_read(context, length);
        target.set(new Uint8Array(v86.memory.buffer, place >>> 0, length), offset);
        v86.zstd_read_free(place, length);
    };
    new Uint8Array(v86.memory.buffer).set(bytes, v86.zstd_get_src_ptr(context) >>> 0);
    const header = new Uint8Array(HEADER);
    copy(HEADER, header, 0);
    const state = new Uint8Array(new DataView(header.buffer).getUint32(LENGTH, true));
    state.set(header);
    for (let offset = HEADER; offset < state.length; offset += PIECE)
        copy(Math.min(PIECE, state.length - offset), state, offset);
    return state.buffer;
}
