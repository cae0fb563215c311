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

  it("begins a task again where the memory was too small for it, and gives back what was much", () => {
    const before = withKernelMemory(() => doubles(1).buffer.byteLength);
    const begun: number[] = [];
    const last = withKernelMemory(() => {
      begun.push(0);
      const early = doubles(2).fill(3);
      return withKernelMemory(() => {
        const late = doubles(2 ** 25);
        late.fill(4, 2 ** 25 - 1);
        expect(late.buffer).to.equal(early.buffer);
        expect([...early]).to.deep.equal([3, 3]);
        return late[2 ** 25 - 1];
      });
    });
    expect(last).to.equal(4);
    expect(begun.length).to.equal(2);
    expect(withKernelMemory(() => doubles(1).buffer.byteLength)).to.equal(before);
  });

  it("keeps memory that has grown a little", () => {
    const grown = withKernelMemory(() => doubles(2 ** 22).buffer.byteLength);
    expect(withKernelMemory(() => doubles(1).buffer.byteLength)).to.equal(grown);
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

describe("the kernel in a web page", () => {
  it("does without shared memory, which only pages have that are isolated from others", () => {
    const page = join(import.meta.dirname, "../../test/plainPage.ts");
    expect(execFileSync(process.execPath, [page], { encoding: "utf8" }).trim()).to.equal("3");
  });
});
