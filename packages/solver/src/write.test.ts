import { expect } from "chai";
import { randomBook, STYLES } from "../test/support.ts";
import { parseBook } from "./parse.ts";
import { writeBook } from "./write.ts";

describe("writeBook", () => {
  it("writes what parseBook reads as the same book, through text", () => {
    for (const style of STYLES) {
      for (let seed = 1; seed <= 20; seed++) {
        const book = randomBook(seed, { style });
        // The file form knows no intents whose amounts no intent can have; random books do.
        const sound = {
          ...book,
          intents: book.intents.filter(
            ({ buyAmount, limitBuyAmount }) => buyAmount > 0n && limitBuyAmount < 2n ** 128n,
          ),
        };
        const again = parseBook(JSON.parse(JSON.stringify(writeBook(sound, { name: "random" }))));

        expect(again.tokens).to.deep.equal(sound.tokens);
        expect(again.intents).to.deep.equal(sound.intents);
        for (const { owner, sellToken } of sound.intents) {
          expect(again.spendable(owner, sellToken)).to.equal(book.spendable(owner, sellToken));
        }
      }
    }
  });
});
