/*
 * The compiled loops of packages/solver/kernel, and the memory that they work in. Arrays in that memory are handed out to
 * whoever is inside `withKernelMemory`, and are taken back, all at once, when it ends: one clearing follows the other, so
 * no array has to be freed on its own, and what a clearing needs is ready for the next.
 */
import { binary } from "./kernelBinary.ts";

/** Doubles in the kernel's memory. */
export type Doubles = Float64Array<ArrayBuffer>;
/** Integers of 32 bits in the kernel's memory. */
export type Integers = Int32Array<ArrayBuffer>;

/** What packages/solver/kernel/index.ts exports; arrays by address, which is the `byteOffset` of a view. */
interface Loops {
  cutSections(cut: number): number;
  addOutside(rates: number, outside: number, n: number, out: number): void;
  stationaryVector(rates: number, n: number, out: number): void;
  factorGenerator(matrix: number, n: number): void;
  solveFactored(matrix: number, right: number, n: number): void;
  listMissing(frame: number, prices: number, width: number, blur: number): number;
  evaluate(frame: number, prices: number, width: number, blur: number): void;
  predictRates(frame: number, width: number, blur: number): void;
  placeRungs(
    path: number,
    tokens: number,
    sold: number,
    share: number,
    leastWeight: number,
    barrier: number,
  ): void;
  linearise(path: number): number;
  sumBarriers(path: number, share: number): number;
  pullBooks(path: number, share: number, barrier: number, correction: number): void;
  sumPulls(path: number, tokens: number): void;
  followPrices(path: number): number;
  advanceRungs(path: number, share: number): void;
  pruneRungs(path: number, isPaid: number, most: number): void;
  farthestMove(path: number, begin: number, isPaid: number): number;
  countMarginal(path: number, least: number): number;
  listMarginal(
    path: number,
    least: number,
    isSpent: number,
    flat: number,
    partial: number,
    list: number,
  ): number;
  sumFills(path: number, out: number): void;
  isPlausible(path: number, prices: number, factors: number, tolerance: number): number;
  addColumns(matrix: number, n: number, values: number, factor: number): void;
  enterBooks(
    matrix: number,
    tokens: number,
    books: number,
    sell: number,
    buy: number,
    priced: number,
    values: number,
    steeps: number,
  ): void;
}

const PAGE = 2 ** 16;
const MOST_PAGES = 2 ** 16;
/** Pages at first; what is never written to takes no room. */
const FIRST_PAGES = 2 ** 8;
/** By how much the memory grows at least, so that few tasks have to begin again. */
const GROWTH = 4;
/** Pages that are kept from one clearing to the next; more are given back. */
const KEPT_PAGES = 2 ** 11;
const ALIGNMENT = 16;

/** Thrown where the memory does not suffice, for {@link withKernelMemory} to catch. */
class Shortage extends Error {
  override readonly name = "Shortage";
  readonly bytes: number;

  constructor(bytes: number) {
    super(`The kernel's memory is short of the ${bytes} bytes that a clearing takes.`);
    this.bytes = bytes;
  }
}

class Kernel {
  readonly loops: Loops;
  readonly #memory = new WebAssembly.Memory({ initial: FIRST_PAGES });
  #used = 0;

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    if (!hasLoops(exports)) throw new TypeError("the kernel lacks a loop");
    this.loops = exports;
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  get used(): number {
    return this.#used;
  }

  /** @throws Shortage where the memory has to grow first */
  reserve(bytes: number): void {
    const needed = this.#used + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (needed > this.buffer.byteLength) throw new Shortage(needed);
    this.#used = needed;
  }

  release(used: number): void {
    this.#used = used;
  }

  /** Makes room for so many bytes; what was handed out before is worth nothing then. */
  grow(bytes: number): void {
    const held = this.buffer.byteLength / PAGE;
    this.#memory.grow(Math.max(Math.ceil(bytes / PAGE), Math.min(MOST_PAGES, GROWTH * held)) - held);
  }
}

function hasLoops(exports: unknown): exports is Loops {
  return typeof exports === "object" && exports !== null && "evaluate" in exports;
}

const module = new WebAssembly.Module(Uint8Array.from(atob(binary), (char) => char.charCodeAt(0)));
let kernel = new Kernel(module);
let depth = 0;

/** The compiled loops; they take arrays of {@link doubles} and {@link integers} by their `byteOffset`. */
export let loops: Loops = kernel.loops;

/**
 * Runs a task that may ask for arrays; those that it got are worth nothing after it. Memory that grows takes all arrays
 * with it, so where there is too little of it the outermost task begins again in more: a task may be begun more than once.
 */
export function withKernelMemory<T>(task: () => T): T {
  if (depth > 0) return attempt(task);
  try {
    for (;;) {
      try {
        return attempt(task);
      } catch (error) {
        if (!(error instanceof Shortage)) throw error;
        kernel.grow(error.bytes);
      }
    }
  } finally {
    if (kernel.buffer.byteLength > KEPT_PAGES * PAGE) {
      kernel = new Kernel(module);
      loops = kernel.loops;
    }
  }
}

function attempt<T>(task: () => T): T {
  const before = kernel.used;
  depth++;
  try {
    return task();
  } finally {
    depth--;
    kernel.release(before);
  }
}

/** An array of zeros in the kernel's memory, for as long as the task of {@link withKernelMemory} runs. */
export function doubles(length: number): Doubles {
  const { buffer, at } = reserve(8 * length);
  return new Float64Array(buffer, at, length).fill(0);
}

/** The same of integers. */
export function integers(length: number): Integers {
  const { buffer, at } = reserve(4 * length);
  return new Int32Array(buffer, at, length).fill(0);
}

/** A copy in the kernel's memory. */
export function doublesFrom(values: Float64Array): Doubles {
  const copy = doubles(values.length);
  copy.set(values);
  return copy;
}

/** The same of integers. */
export function integersFrom(values: Int32Array): Integers {
  const copy = integers(values.length);
  copy.set(values);
  return copy;
}

function reserve(bytes: number): { buffer: ArrayBuffer; at: number } {
  if (depth === 0) throw new TypeError("the kernel's memory is asked for outside of withKernelMemory");
  const at = kernel.used;
  kernel.reserve(bytes);
  return { buffer: kernel.buffer, at };
}
