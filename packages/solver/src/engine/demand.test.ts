import { expect } from "chai";
import { makeFamily, randomFrom } from "../../test/families.ts";
import { Books } from "./books.ts";
import { clearBooks } from "./clear.ts";
import { Demand } from "./demand.ts";
import { withKernelMemory } from "./kernel.ts";
import { sectionsOf } from "./sections.ts";

describe("Demand", () => {
  it("is the sum over all intents, wherever prices go, with changes still in the ladders", () => {
    for (const family of ["market", "ticks", "thin", "wide"] as const) {
      const columns = makeFamily(family, 4, 600, 11);
      const books = Books.from(columns);
      const { uniform, normal } = randomFrom(12);
      const held = [...columns.limit.keys()].flatMap((id) => {
        const [sell, buy, limit] = [columns.sell[id]!, columns.buy[id]!, columns.limit[id]!];
        const intent = { sell, buy, limit, amount: columns.amount[id]! };
        if (id % 3 > 0) return [intent];
        // One leaves, or one more comes.
        const next = { ...intent, limit: limit * (1 + 1e-2 * normal()) };
        if (id % 2 === 0) books.remove(id, sell, buy, limit);
        else books.insert(600 + id, sell, buy, next.amount, next.limit);
        return id % 2 === 0 ? [] : [intent, next];
      });
      const [section] = sectionsOf(books);
      if (section === undefined) throw new Error("no section");
      const clearing = clearBooks(books);
      const centre = Float64Array.from(section.tokens, (token) => clearing.prices[token]!);
      withKernelMemory(() => {
        const demand = new Demand(books, section);
        let prices = centre;
        let smoothing = { width: 1, blur: 0 };
        for (let round = 0; round < 60; round++) {
          // Small moves, after which most books stay on their steps, and now and then a jump.
          const isJump = round % 5 === 0;
          const reach = isJump ? 0.03 : 1e-3;
          if (isJump)
            smoothing = { width: 2 ** -(1 + Math.floor(12 * uniform())), blur: round % 10 === 0 ? 0 : 0.1 };
          prices = (isJump ? centre : prices).map((price) => price * Math.exp(reach * normal()));
          demand.evaluate(prices, smoothing);
          section.books.forEach((book, k) => {
            const ratio = prices[section.sell[k]!]! / prices[section.buy[k]!]!;
            const seen = ratio * (1 + smoothing.blur);
            let sold = 0;
            let offered = 0;
            for (const { sell, buy, amount, limit } of held) {
              if (sell !== books.sell[book] || buy !== books.buy[book]) continue;
              offered += amount;
              const share = limit <= seen * (1 - smoothing.width) ? 1 : (1 - limit / seen) / smoothing.width;
              sold += amount * Math.max(0, share);
            }
            expect(demand.sold[k]! / offered, `${family}, round ${round}`).to.be.closeTo(
              sold / offered,
              1e-9,
            );
          });
        }
      });
    }
  });
});
