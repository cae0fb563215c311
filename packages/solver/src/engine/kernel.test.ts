import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { doubles, doublesFrom, integers, integersFrom, withKernelMemory } from "./kernel.ts";

describe("the kernel's binary", () => {
  it("is what its source compiles to", () => {
    const script = join(import.meta.dirname, "../../../../scripts/generate-kernel.ts");
    execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" });
  });
});

describe("withKernelMemory", () => {
  it("hands out zeros, also where another task has written before", () => {
    for (const value of [7, 8]) {
      withKernelMemory(() => {
        const [array, list] = [doubles(100), integers(3)];
        expect([...array].every((x) => x === 0) && [...list].every((x) => x === 0)).to.equal(true);
        array.fill(value);
        list.fill(value);
      });
    }
  });

  it("hands out copies that lie apart", () => {
    withKernelMemory(() => {
      const [copy, list] = [doublesFrom(Float64Array.of(1, 2, 3)), integersFrom(Int32Array.of(4))];
      const last = doubles(1).fill(5);
      expect([copy, list, last].map((array) => [...array])).to.deep.equal([[1, 2, 3], [4], [5]]);
    });
  });

  it("takes back what a task within a task got, and leaves the outer one what it has", () => {
    withKernelMemory(() => {
      const outer = doubles(4).fill(1);
      const first = withKernelMemory(() => doubles(10).byteOffset);
      const second = doubles(10).fill(2);
      expect(second.byteOffset).to.equal(first);
      expect([...outer]).to.deep.equal([1, 1, 1, 1]);
    });
  });

  it("keeps what it has handed out in place while it grows, and gives back what was much", () => {
    const before = withKernelMemory(() => doubles(1).buffer.byteLength);
    withKernelMemory(() => {
      const early = doubles(2).fill(3);
      const late = doubles(2 ** 25);
      expect(late.buffer.byteLength).to.be.greaterThan(before);
      late.fill(4, 2 ** 25 - 1);
      expect([...early]).to.deep.equal([3, 3]);
      // The same memory, seen through its later and longer buffer.
      expect(new Float64Array(late.buffer, early.byteOffset, 2)[1]).to.equal(3);
    });
    expect(withKernelMemory(() => doubles(1).buffer.byteLength)).to.equal(before);
  });

  it("refuses to hand out what nobody would take back", () => {
    expect(() => doubles(1)).to.throw(TypeError, "outside of withKernelMemory");
    expect(() =>
      withKernelMemory(() => {
        throw new Error("given up");
      }),
    ).to.throw("given up");
    expect(() => integers(1)).to.throw(TypeError, "outside of withKernelMemory");
  });
});
