/**
 * Solves a ring of three intents with what a web page has that is not isolated from others, so without shared memory; prints
 * how many of them fill.
 */
Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
const { bookOf, sells } = await import("./support.ts");
const { solve } = await import("../src/index.ts");

const { fills } = solve(
  bookOf([
    sells("a", 1000n, "X", 900n, "Y"),
    sells("b", 1000n, "Y", 900n, "Z"),
    sells("c", 1000n, "Z", 900n, "X"),
  ]),
);
console.log(fills.length);
