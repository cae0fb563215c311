/** Owners that sign an allowance instead of sending it: the executor submits their permits with the batch. */
import { readFile } from "node:fs/promises";
import {
  decodeSettlementError,
  encodeExecutorSettle,
  parseAddress,
  parseHex,
  permit2Address,
  permit2Call,
  permitCall,
  type Address,
  type Batch,
  type ExecutorCall,
  type Hex,
} from "@walras/sdk";
import { expect } from "chai";
import { Contract, Result, type HDNodeWallet } from "ethers";
import type { PermitToken } from "../../types/ethers-contracts/index.ts";
import {
  addressOf,
  createAccount,
  createBatch,
  createFill,
  createOwner,
  createWorld,
  ethers,
  networkHelpers,
  refusal,
  send,
  type World,
} from "./peripheryWorld.ts";

/** The package ships the code as it is on every chain, but does not export it. */
async function permit2Code(): Promise<Hex> {
  const file = new URL("../../node_modules/@1inch/solidity-utils/dist/src/permit2.json", import.meta.url);
  const artifact: unknown = JSON.parse(await readFile(file, "utf8"));
  if (typeof artifact === "object" && artifact !== null && "bytecode" in artifact)
    return parseHex(artifact.bytecode, "bytecode");
  throw new Error("There is no code of Permit2.");
}

const amount = 1_000n;
const deadline = 4_000_000_000n;

type Scene = {
  world: World;
  token: PermitToken;
  owner: HDNodeWallet;
  call: ExecutorCall;
  batch: Batch;
  data: Hex;
};

/** Signs an ERC-2612 permit for the settlement. */
async function signPermit(token: PermitToken, owner: HDNodeWallet, spender: Address): Promise<Hex> {
  const { name, version, chainId, verifyingContract } = await token.eip712Domain();
  const signature = await owner.signTypedData(
    { name, version, chainId, verifyingContract },
    {
      Permit: ["owner", "spender"]
        .map((field) => ({ name: field, type: "address" }))
        .concat(["value", "nonce", "deadline"].map((field) => ({ name: field, type: "uint256" }))),
    },
    { owner: owner.address, spender, value: amount, nonce: await token.nonces(owner.address), deadline },
  );
  return signature as Hex;
}

/** An owner without any allowance sells a permit token to another one; `data` settles both, permit first. */
async function createScene(bend: (call: ExecutorCall) => ExecutorCall = (call) => call): Promise<Scene> {
  const world = await createWorld();
  const token = await ethers.deployContract("PermitToken");
  const tokenAddress = await addressOf(token);
  const spender = world.domain.verifyingContract;
  const [owner, buyer] = [await createAccount(), await createOwner(world)];
  await token.mint(owner.address, amount);
  const fills = [
    await createFill(world.domain, owner, {
      sellToken: tokenAddress,
      sellAmount: amount,
      buyToken: world.addresses[0],
      buyAmount: amount,
    }),
    await createFill(world.domain, buyer, {
      sellToken: world.addresses[0],
      sellAmount: amount,
      buyToken: tokenAddress,
      buyAmount: amount,
    }),
  ];
  const call = permitCall({
    token: tokenAddress,
    owner: parseAddress(owner.address),
    spender,
    value: amount,
    deadline,
    signature: await signPermit(token, owner, spender),
  });
  const batch = createBatch(
    fills,
    { [tokenAddress]: 1n, [world.addresses[0]]: 1n },
    {
      transfers: [
        [0, 1],
        [1, 0],
      ],
    },
  );
  return {
    world,
    token,
    owner,
    call,
    batch,
    data: encodeExecutorSettle(batch, { beforehand: [bend(call)] }),
  };
}

describe("an executor and ERC-2612 permits", () => {
  it("settles for an owner who has only signed: the intent and a permit", async () => {
    const { world, token, owner, data } = await createScene();

    const receipt = await send(world.executorAddress, data);

    expect(await token.balanceOf(owner.address)).to.equal(0n);
    expect(await world.tokens[0].balanceOf(owner.address)).to.equal(amount);
    expect(receipt.logs.filter(({ address }) => address === world.executorAddress)).to.have.length(0);
  });

  it("settles although somebody else has submitted the permit first", async () => {
    const { world, token, owner, call, data } = await createScene();
    await send(call.target, call.data, await createAccount());
    expect(await token.allowance(owner.address, world.domain.verifyingContract)).to.equal(amount);

    const receipt = await send(world.executorAddress, data);

    expect(await world.tokens[0].balanceOf(owner.address)).to.equal(amount);
    const [skipped] = receipt.logs.filter(({ address }) => address === world.executorAddress);
    expect(world.executor.interface.parseLog(skipped!)?.name).to.equal("CallSkipped");
  });

  it("would be stopped by a permit submitted first if the call were not allowed to fail", async () => {
    const { world, call, data } = await createScene((permit) => ({ ...permit, allowFailure: false }));
    await send(call.target, call.data, await createAccount());

    const reason = await refusal(world.executorAddress, data);

    expect(world.executor.interface.parseError(reason)?.name).to.equal("CallFailed");
  });

  it("settles nothing with a permit that somebody else has signed", async () => {
    const stranger = await createScene();
    const { world, data } = await createScene((permit) => ({ ...permit, data: stranger.call.data }));

    const reason = await refusal(world.executorAddress, data);

    expect(decodeSettlementError(reason).name).to.equal("TransferFailed");
  });
});

describe("an executor and Permit2", () => {
  const allowanceAbi = [
    "function allowance(address owner, address token, address spender) view returns (uint160 amount, uint48 expiration, uint48 nonce)",
  ];

  /** As the scene of ERC-2612, but the owner has an allowance to Permit2 and signs Permit2's permit. */
  async function createPermit2Scene() {
    await networkHelpers.setCode(permit2Address, await permit2Code());
    const scene = await createScene();
    const { token, owner, world } = scene;
    await token.connect(owner).approve(permit2Address, amount);
    const spender = world.domain.verifyingContract;
    const details = { token: await addressOf(token), amount, expiration: deadline, nonce: 0n };
    const signature = await owner.signTypedData(
      { name: "Permit2", chainId: 31337, verifyingContract: permit2Address },
      {
        PermitSingle: [
          { name: "details", type: "PermitDetails" },
          { name: "spender", type: "address" },
          { name: "sigDeadline", type: "uint256" },
        ],
        PermitDetails: [
          { name: "token", type: "address" },
          { name: "amount", type: "uint160" },
          { name: "expiration", type: "uint48" },
          { name: "nonce", type: "uint48" },
        ],
      },
      { details, spender, sigDeadline: deadline },
    );
    const permit = permit2Call({
      ...details,
      owner: parseAddress(owner.address),
      spender,
      sigDeadline: deadline,
      signature: signature as Hex,
    });
    const allowed = async (): Promise<unknown> => {
      const contract = new Contract(permit2Address, allowanceAbi, ethers.provider);
      const allowance: unknown = await contract
        .getFunction("allowance")
        .staticCallResult(owner.address, details.token, spender);
      return allowance instanceof Result ? allowance.toArray()[0] : null;
    };
    return { ...scene, permit, allowed, plan: { beforehand: [permit, scene.call] } };
  }

  it("submits an owner's allowance permit beside the others, also when somebody else has done so first", async () => {
    for (const isFrontRun of [false, true]) {
      const { world, batch, owner, permit, allowed, plan } = await createPermit2Scene();
      if (isFrontRun) await send(permit.target, permit.data, await createAccount());

      await send(world.executorAddress, encodeExecutorSettle(batch, plan));

      expect(await allowed()).to.equal(amount);
      expect(await world.tokens[0].balanceOf(owner.address)).to.equal(amount);
    }
  });

  it("cannot fund an intent by it alone: the settlement takes by the token's own allowance", async () => {
    const { world, batch, permit } = await createPermit2Scene();

    const data = encodeExecutorSettle(batch, { beforehand: [permit] });

    expect(decodeSettlementError(await refusal(world.executorAddress, data)).name).to.equal("TransferFailed");
  });
});
