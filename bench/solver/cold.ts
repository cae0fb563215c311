/** The first call in a fresh process: prints its milliseconds, the smooth answer and then the exact one, with no warming up. */
import { Books } from "../../packages/solver/src/engine/books.ts";
import { clearBooks } from "../../packages/solver/src/engine/clear.ts";
import { makeFamily } from "../../packages/solver/test/families.ts";

const columns = makeFamily("market", Number(process.argv[2]), Number(process.argv[3]), 1);
const quality = process.argv[4] === "smooth" ? "smooth" : "exact";
const books = Books.from(columns);
const begun = performance.now();
clearBooks(books, { quality });
console.log(performance.now() - begun);
