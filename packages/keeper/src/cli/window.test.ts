import { encodeClaim, encodePlace, type Address, type Intent, type WindowView } from "@walras/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import { withAuction } from "../../test/hooks.ts";
import { timeout, unit, windowLength, type AuctionWorld } from "../../test/auctionWorld.ts";
import { cli, type CliRun } from "../../test/fakeTerminal.ts";
import { startKeeperProcess } from "../../test/keeperProcess.ts";
import { walletOf } from "../../test/localChain.ts";
import { Database } from "../../test/testKeeper.ts";
import { type World } from "../../test/world.ts";

/** On a real chain; the keeper is a process of its own. */
describe("walras, with auctions", function () {
  this.timeout(300_000);
  let world: World;
  let lane: AuctionWorld;
  let auction: Address;

  withAuction((...started) => {
    [world, lane] = started;
    auction = lane.auction.auction;
  });
  beforeEach(() => lane.nextWindow());
  afterEach(() => world.reset());

  const paying = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: 10n ** 6n };

  /** Placed by somebody who is no keeper. @returns their window */
  const place = async (...fields: Partial<Intent>[]): Promise<number> => {
    const intents = await Promise.all(fields.map((one, index) => lane.sign(index + 1, one)));
    const placements = intents.map(({ signed }) => signed);
    await world.local.send(world.owner(6), auction, encodePlace(placements));
    return lane.window();
  };
  const placePair = () => {
    const [a, b] = world.tokens;
    return place({ ...paying, sellToken: a, buyToken: b }, { ...paying, sellToken: b, buyToken: a });
  };

  /** As the owner of an account that is no keeper's. */
  const on = (line: string, { rpcUrl = world.local.rpcUrl, wallet = 11 } = {}): Promise<CliRun> => {
    const env = { WALRAS_CHAIN_RPC_URL: rpcUrl, WALRAS_PRIVATE_KEY: walletOf(wallet).privateKey };
    return cli(line, { env });
  };
  const { address: clearer } = walletOf(11);

  describe("clear", () => {
    it("clears the last window that has locked, and says so to whoever comes later", async () => {
      const window = await placePair();
      await lane.nextWindow();
      const first = await on(`clear --auction ${auction}`);
      expect(first.exitCode, first.err).to.equal(0);
      expect(first.out).to.equal(`Window ${window} is cleared, by this account: 2 orders.`);
      expect(first.err).to.match(/^0x[0-9a-f]{64}: mined, \d+ gas$/);
      const second = await on(`clear --auction ${auction} --window ${window}`, { wallet: 12 });
      expect(second).to.include({ exitCode: 0, err: "" });
      expect(second.out).to.equal(`Window ${window} is cleared, by ${clearer}: 2 orders.`);
      const json = await on(`clear --auction ${auction} --window ${window} --json`, { wallet: 12 });
      expect(JSON.parse(json.out)).to.deep.equal({ window, orders: 2, clearer });
    });

    it("clears a window in which there is nothing to trade", async () => {
      const window = await place({ buyAmount: 3n * unit });
      await lane.nextWindow();
      const { exitCode, out } = await on(`clear --auction ${auction} --window ${window}`);
      expect(exitCode).to.equal(0);
      expect(out).to.include("by this account: 1 orders");
    });

    it("refuses a window that is open, that has no orders, or that is void, and sends nothing", async () => {
      const window = await placePair();
      const [open, empty] = [
        await on(`clear --auction ${auction} --window ${window}`),
        await on(`clear --auction ${auction} --window ${window - 1}`),
      ];
      expect(open.exitCode).to.equal(2);
      expect(open.err).to.match(new RegExp(`--window is ${window}, which locks at .*\\nWait for the lock`));
      expect(empty.exitCode).to.equal(2);
      expect(empty.err).to.include(`${window - 1}, which has no orders and cannot be cleared`);
      await world.local.request("evm_increaseTime", [windowLength + timeout + 1]);
      await world.local.mine();
      const over = await on(`clear --auction ${auction} --window ${window}`);
      expect(over.exitCode).to.equal(2);
      expect(over.err).to.include(`${window}, which is void and cannot be cleared`);
      expect(await world.local.chain.accountNonce(world.owner(11), "latest")).to.equal(0);
    });

    for (const command of ["clear", "collect"]) {
      it(`(${command}) says what is wrong with its arguments, the auction, the node or the account`, async () => {
        const refused = async (line: string, settings?: { rpcUrl: string }) => {
          const { exitCode, err } = await on(`${command} ${line}`, settings);
          return `${exitCode} ${err.split(":", 1)[0] ?? ""}`;
        };
        expect(await refused("")).to.equal("2 InvalidArgument");
        expect(await refused("--auction 0x12")).to.equal("2 InvalidAddress");
        expect(await refused(`--auction ${world.tokens[0]}`)).to.equal("1 WrongAuction");
        expect(await refused(`--auction ${auction}`, { rpcUrl: "" })).to.equal("2 InvalidArgument");
        expect(await refused(`--auction ${auction}`, { rpcUrl: "nowhere" })).to.equal("2 InvalidArgument");
        expect(await refused(`--auction ${auction}`, { rpcUrl: "http://127.0.0.1:9" })).to.equal(
          "3 NodeUnreachable",
        );
        const env = { WALRAS_CHAIN_RPC_URL: world.local.rpcUrl };
        const keyless = await cli(`${command} --auction ${auction}`, { env });
        expect(keyless.exitCode).to.equal(2);
        expect(keyless.err).to.include("The private key is missing");
      });
    }

    it("takes only a number for a window", async () => {
      const { exitCode, err } = await on(`clear --auction ${auction} --window last`);
      expect(exitCode).to.equal(2);
      expect(err).to.include("--window");
    });

    it("says that an account without coin cannot send", async () => {
      await placePair();
      await lane.nextWindow();
      await world.local.request("hardhat_setBalance", [clearer, "0x1"]);
      const { exitCode, err } = await on(`clear --auction ${auction}`);
      expect(exitCode).to.equal(1);
      expect(err).to.match(/^BroadcastRefused: .*cannot pay/);
    });
  });

  describe("collect", () => {
    it("shows and takes what was set aside for the clearer, to whom it says", async () => {
      const [a, b] = world.tokens;
      const nothing = await on(`collect --auction ${auction}`);
      expect(nothing).to.deep.equal({ exitCode: 0, out: `Nothing is set aside for ${clearer}.`, err: "" });

      const window = await placePair();
      await lane.nextWindow();
      await on(`clear --auction ${auction}`);
      await world.local.send(world.owner(6), auction, encodeClaim(window, [0, 1]));
      const shown = await on(`collect --auction ${auction} --dry-run --json`);
      const told = JSON.parse(shown.out) as {
        fees: { token: Address; amount: string }[];
        collected: boolean;
      };
      expect(told).to.include({ auction, clearer, collected: false });
      expect(told.fees.map(({ token }) => token)).to.have.members([a, b]);

      const to = walletOf(13).address;
      const { exitCode, out, err } = await on(`collect --auction ${auction} --to ${to}`);
      expect(exitCode, err).to.equal(0);
      expect(err).to.match(/^0x[0-9a-f]{64}: mined, \d+ gas$/);
      for (const { token, amount } of told.fees) {
        expect(out).to.match(new RegExp(`^${token} +${amount}$`, "m"));
        expect((await world.balance(token, world.owner(13))).toString()).to.equal(amount);
      }
      expect((await on(`collect --auction ${auction}`)).out).to.match(/^Nothing is set aside/);
    });

    it("leaves out a token that does not move, says so, and takes the others", async () => {
      const { local } = world;
      const [a, b] = world.tokens;
      const blocking = await local.deploy("test/mocks/BlockingToken.sol/BlockingToken.json");
      await local.request("hardhat_setCode", [a, await local.chain.code(blocking)]);
      const window = await placePair();
      await lane.nextWindow();
      await on(`clear --auction ${auction}`);
      await local.send(world.owner(6), auction, encodeClaim(window, [0, 1]));
      const block = new Interface(["function blockAccount(address)"]);
      await local.send(world.owner(6), a, block.encodeFunctionData("blockAccount", [clearer]));

      const { exitCode, out, err } = await on(`collect --auction ${auction}`);
      expect(exitCode).to.equal(0);
      expect(err).to.match(new RegExp(`^Left out: ${a} did not move \\d+ to ${clearer}`, "m"));
      expect(out).to.include(b).and.not.include(a);
      const again = await on(`collect --auction ${auction}`);
      expect(again.exitCode).to.equal(2);
      expect(again.err).to.include("--to");
      const elsewhere = await on(`collect --auction ${auction} --to ${walletOf(13).address}`);
      expect(elsewhere.out).to.include(a);
    });
  });

  describe("window", () => {
    it("lists the windows that a keeper knows, and shows one with its prices; says what it does not know", async () => {
      const database = new Database();
      const keeper = startKeeperProcess(world, database, { auctions: [auction] });
      try {
        const env = { WALRAS_KEEPER_URL: await keeper.url };
        expect((await cli("window", { env })).out).to.equal("No window has had an order yet.");
        const window = await placePair();
        const shown = async () => {
          const { out } = await cli(`window --window ${window} --json`, { env });
          return JSON.parse(out) as WindowView;
        };
        while ((await shown()).orders !== 2) await world.local.mine();
        expect(await shown()).to.include({ state: "open", clearing: null });
        await lane.nextWindow();
        while ((await shown()).clearing === null) await new Promise((resolve) => setTimeout(resolve, 100));

        const listed = await cli(`window --auction ${auction} --limit 5`, { env });
        expect(listed.out).to.match(/^auction +window +state +locks +orders +clearer$/m);
        expect(listed.out).to.match(
          new RegExp(`^${auction} +${window} +cleared +\\S+Z +2 +${world.account.address}$`, "m"),
        );
        const { out } = await cli(`window --window ${window}`, { env });
        for (const line of [/^state +cleared$/m, /^orders +2$/m, /^cleared in +0x[0-9a-f]{64}$/m]) {
          expect(out).to.match(line);
        }
        for (const token of [world.tokens[0], world.tokens[1]]) {
          expect(out).to.match(new RegExp(`^${token} +1\\.0000\\d*$`, "m"));
        }

        const refusedBy = async (line: string) => {
          const { exitCode, err } = await cli(line, { env });
          return `${exitCode} ${err}`;
        };
        expect(await refusedBy(`window --window ${window - 1}`)).to.match(/^1 NotFound/);
        expect(await refusedBy(`window --auction ${world.tokens[0]}`)).to.match(/^1 UnknownAuction/);
        expect(await refusedBy(`window --window ${window} --auction ${world.tokens[0]}`)).to.match(
          /^2 InvalidArgument: --auction is .*which the keeper does not serve/,
        );
        expect(await refusedBy("window --window open")).to.match(/^2 InvalidArgument: --window/);
        expect(await refusedBy("window --limit few")).to.match(/^2 InvalidArgument: --limit/);
      } finally {
        keeper.child.kill("SIGKILL");
        await keeper.ended;
        database.remove();
      }
      const gone = await cli("window", { env: { WALRAS_KEEPER_URL: await keeper.url } });
      expect(gone.exitCode).to.equal(3);
      expect(gone.err).to.match(/^KeeperUnreachable/);
    });
  });
});
