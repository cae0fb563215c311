import { expect } from "chai";
import { FAMILIES, makeFamily } from "../../test/families.ts";
import { loadHighs } from "../highs.ts";
import { Books } from "./books.ts";
import { clearBooks } from "./clear.ts";

describe("clearBooks beside HiGHS", () => {
  it("realises as much gain from trade as a linear program over single intents at the same prices", async () => {
    const solve = await loadHighs();
    for (const family of FAMILIES) {
      const columns = makeFamily(family, 4, 60, 9);
      const books = Books.from(columns);
      const clearing = clearBooks(books);
      const { prices } = clearing;
      const ids = Array.from(columns.limit, (_, id) => id);
      const worth = (id: number): number => columns.amount[id]! * prices[columns.sell[id]!]!;
      const unit = Math.max(...ids.map(worth));
      const gain = (id: number): number =>
        (columns.amount[id]! *
          (prices[columns.sell[id]!]! - columns.limit[id]! * prices[columns.buy[id]!]!)) /
        unit;
      const values = solve(
        {
          columns: ids.map((id) => ({
            gain: gain(id),
            least: 0,
            most: gain(id) >= -1e-12 ? 1 : 0,
            isChoice: false,
          })),
          rows: Array.from({ length: 4 }, (_, token) => ({
            terms: ids.flatMap((id) =>
              columns.sell[id] === token
                ? [[id, worth(id) / unit] as const]
                : columns.buy[id] === token
                  ? [[id, -worth(id) / unit] as const]
                  : [],
            ),
            least: 0,
            most: 0,
          })),
        },
        { timeMs: 10_000, gap: 0 },
      );
      const best = ids.reduce((sum, id) => sum + (values?.[id] ?? NaN) * gain(id), 0);
      const own = ids.reduce((sum, id) => {
        const book = books.bookOf(columns.sell[id]!, columns.buy[id]!);
        return sum + clearing.fillOf(book, columns.limit[id]!) * gain(id);
      }, 0);
      expect(own, family).to.be.closeTo(best, 1e-6 * Math.max(best, 1e-3));
    }
  });
});
