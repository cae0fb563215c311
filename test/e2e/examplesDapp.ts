/** The dapp of docs/INTEGRATING.md, with a real keeper process and the EVM's own accounts as the browser's wallet. */
import { createKeeperClient, typedDataJson, viemSigner, type Hex, type WalrasTypedData } from "@walras/sdk";
import { expect } from "chai";
import { Contract, Interface, type Eip1193Provider } from "ethers";
import { startKeeperProcess, type KeeperProcess } from "../../packages/keeper/test/keeperProcess.ts";
import { Database } from "../../packages/keeper/test/testKeeper.ts";
import { fortune, startWorld, type World } from "../../packages/keeper/test/world.ts";
import {
  allow,
  cancelForGood,
  connect,
  follow,
  quoteLimit,
  sell,
  takeBack,
  type Dapp,
} from "../../examples/dapp/dapp.ts";

const unit = 10n ** 18n;
const erc20 = new Interface([
  "function approve(address, uint256) returns (bool)",
  "function allowance(address, address) view returns (uint256)",
]);

/** `window.ethereum` of somebody who has connected account `index`. */
function browserWallet(world: World, index: number): Eip1193Provider {
  return {
    request: ({ method, params }) =>
      method === "eth_requestAccounts" || method === "eth_accounts"
        ? Promise.resolve([world.owner(index)])
        : world.local.request(method, Array.isArray(params) ? params : []),
  };
}

describe("the dapp that lets its users sign", () => {
  let world: World;
  let database: Database;
  let process: KeeperProcess;
  let dapp: Dapp;
  const leave = new AbortController();

  before(async () => {
    world = await startWorld();
    database = new Database();
    process = startKeeperProcess(world, database);
    dapp = await connect(browserWallet(world, 1), await process.url, (chainId) => ({
      ...world.domain,
      chainId,
    }));
  });

  after(async () => {
    leave.abort();
    process.child.kill("SIGTERM");
    await process.ended;
    database.remove();
    await world.close();
  });

  /** Somebody on the other side: gives one B for at least 0.9 A. */
  async function counterpart(): Promise<void> {
    const [a, b] = world.tokens;
    const { signed } = await world.sign(2, {
      ...{ sellToken: b, sellAmount: unit, buyToken: a, buyAmount: (unit * 9n) / 10n },
      partiallyFillable: true,
    });
    await dapp.keeper.postIntent(signed);
  }

  /** A sale that nobody takes. */
  function dearSale() {
    const [a, b] = world.tokens;
    return { sellToken: a, sellAmount: unit, buyToken: b, buyAmount: 1000n * unit };
  }

  it("knows no limit where nobody is on the other side", async () => {
    const [a, , c] = world.tokens;

    expect(await quoteLimit(dapp.keeper, a, c, unit)).to.equal(null);
  });

  it("quotes, has the user sign, and follows the intent until it is filled at the limit or better", async () => {
    const [a, b] = world.tokens;
    await counterpart();
    const sellAmount = (unit * 9n) / 10n;

    const buyAmount = await quoteLimit(dapp.keeper, a, b, sellAmount);
    expect(buyAmount).to.equal((unit * 995n) / 1000n);
    expect(await quoteLimit(dapp.keeper, a, b, 2n * unit), "more than there is").to.equal(null);
    await allow(dapp, a, sellAmount);
    const { intentHash } = await sell(dapp, { sellToken: a, sellAmount, buyToken: b, buyAmount: buyAmount! });
    const steps: string[] = [];
    const view = await follow(dapp.keeper, intentHash, ({ status }) => steps.push(status), leave);

    expect(steps).to.include("open");
    expect(steps.at(-1)).to.equal("filled");
    expect(view.owner).to.equal(world.owner(1));
    expect(BigInt(view.bought) >= buyAmount!).to.equal(true);
    expect(await world.balance(a, world.owner(1))).to.equal(fortune - sellAmount);
    expect(await world.balance(b, world.owner(1))).to.equal(fortune + BigInt(view.bought));
  });

  it("asks for an allowance only when there is too little", async () => {
    const [, , c] = world.tokens;
    const spender = world.domain.verifyingContract;
    const token = new Contract(c, erc20, dapp.wallet);
    const allowance = async (): Promise<unknown> =>
      token.getFunction("allowance").staticCall(world.owner(1), spender);
    const revoke = await token.getFunction("approve").send(spender, 0n);
    await revoke.wait();

    await allow(dapp, c, 7n);
    expect(await allowance()).to.equal(7n);
    await allow(dapp, c, 5n);
    expect(await allowance()).to.equal(7n);
  });

  it("takes a viem wallet as well, for the intent and for its cancellation at the keeper", async () => {
    const client = {
      async signTypedData({ account, ...typedData }: WalrasTypedData & { account: Hex }): Promise<Hex> {
        const params = [account, typedDataJson(typedData)];
        const signature = await world.local.request("eth_signTypedData_v4", params);
        return `0x${String(signature).slice(2)}`;
      },
    };
    const signer = viemSigner(client, world.owner(1));

    const { intentHash } = await sell(dapp, dearSale(), signer);
    const reader = createKeeperClient({ url: await process.url });
    expect((await reader.getIntent(intentHash)).owner).to.equal(world.owner(1));

    expect((await takeBack(dapp, intentHash, signer)).status).to.equal("cancelled");
  });

  it("spends the nonce on chain for who wants to be sure", async () => {
    const { intent, intentHash } = await sell(dapp, dearSale());
    const settlement = new Contract(
      world.domain.verifyingContract,
      ["function isNonceSpent(address, uint256) view returns (bool)"],
      dapp.wallet,
    );

    await takeBack(dapp, intentHash);
    const isSpent = async (): Promise<unknown> =>
      settlement.getFunction("isNonceSpent").staticCall(world.owner(1), intent.nonce);
    expect(await isSpent()).to.equal(false);
    await cancelForGood(dapp, intent);
    expect(await isSpent()).to.equal(true);
  });
});
