import { expect } from "chai";
import { randomBook, STYLES } from "../test/support.ts";
import { parseBook } from "./parse.ts";
import type { Pool } from "./pools/pool.ts";
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

  it("writes pools of both kinds as they are read again", () => {
    const tokens = [
      "0x00000000000000000000000000000000000000a1",
      "0x00000000000000000000000000000000000000a2",
    ] as const;
    const pools: Pool[] = [
      {
        kind: "constant-product",
        address: tokens[0],
        tokens,
        reserves: [10n ** 20n, 5n],
        feePerThousand: 3n,
      },
      {
        kind: "concentrated",
        address: tokens[1],
        tokens,
        sqrtPrice: 2n ** 96n,
        tick: -1,
        liquidity: 7n,
        feePips: 500n,
        tickSpacing: 10,
        ticks: [
          { tick: -20, liquidityNet: 7n },
          { tick: 30, liquidityNet: -7n },
        ],
        known: [-2560, 2550],
      },
    ];
    const book = { tokens: tokens.map((address) => ({ address })), intents: [], spendable: () => 0n, pools };

    expect(parseBook(JSON.parse(JSON.stringify(writeBook(book)))).pools).to.deep.equal(pools);
  });
});
