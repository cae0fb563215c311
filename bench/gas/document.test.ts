import { expect } from "chai";
import { fillMarkers } from "./document.ts";

const document =
  "before\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nbetween <!-- bench:b --><!-- /bench:b --> after";

describe("the tables in a document", () => {
  it("are put between their markers, and nothing else changes", () => {
    expect(fillMarkers(document, { a: "new", b: "too" })).to.equal(
      "before\n<!-- bench:a -->\n\nnew\n\n<!-- /bench:a -->\nbetween <!-- bench:b -->\n\ntoo\n\n<!-- /bench:b --> after",
    );
  });

  it("come out the same when they are written again", () => {
    const once = fillMarkers(document, { a: "new" });
    expect(fillMarkers(once, { a: "new" })).to.equal(once);
  });

  it("are not dropped when the markers are missing or the wrong way round", () => {
    expect(() => fillMarkers(document, { c: "new" })).to.throw('no pair of markers "c"');
    expect(() => fillMarkers("<!-- /bench:a --> <!-- bench:a -->", { a: "new" })).to.throw(
      'no pair of markers "a"',
    );
  });
});
