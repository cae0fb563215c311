import {
  buildIntent,
  hashIntent,
  parseAddress,
  recoverSigner,
  serializeSignedIntent,
  signIntent,
  validateSealedIntent,
  type Intent,
  type SignedIntent,
} from "@walras/sdk";
import { invalidArgument } from "../failures.ts";
import {
  domainOf,
  marketOf,
  type DomainOptions,
  type KeyOptions,
  type OutputOptions,
  type SigningPlace,
} from "../options.ts";
import { loadSigner } from "../signer.ts";
import { toJson } from "../table.ts";
import type { Context, Terminal } from "../Terminal.ts";
import {
  parseCount,
  parseDuration,
  parseTokenAmount,
  readDecimals,
  toAtoms,
  type TokenAmount,
} from "../values.ts";

export type SignOptions = OutputOptions &
  DomainOptions &
  KeyOptions & {
    sell: string;
    buy: string;
    kind: string;
    atoms?: true;
    rpcUrl?: string;
    partial?: true;
    receiver?: string;
    startBuy?: string;
    decayFor?: string;
    maxFee?: string;
    feePerWei?: string;
    validFor: string;
    validTo?: string;
    nonce?: string;
    settler?: string;
    condition?: string;
    conditionData?: string;
    contractOwner?: string;
    approvedBy?: string;
    lane: string;
    auction?: string;
  };

/** The decimals of both tokens, or null for amounts in atoms. */
async function decimalsOf(
  { atoms, rpcUrl }: SignOptions,
  sell: TokenAmount,
  buy: TokenAmount,
  { env }: Terminal,
): Promise<{ sell: number | null; buy: number | null }> {
  if (atoms === true) return { sell: null, buy: null };
  const url = rpcUrl ?? env["WALRAS_CHAIN_RPC_URL"] ?? "";
  if (url === "" || !URL.canParse(url)) {
    throw invalidArgument(
      "--rpc-url",
      url === "" ? "is missing" : `is ${url}`,
      "Name a node, so that the tokens can be asked for their decimals (env WALRAS_CHAIN_RPC_URL), or give the amounts in atoms with --atoms.",
    );
  }
  const [sellDecimals, buyDecimals] = await Promise.all([
    readDecimals(url, sell.token),
    readDecimals(url, buy.token),
  ]);
  return { sell: sellDecimals, buy: buyDecimals };
}

async function intentOf(
  options: SignOptions,
  { now, blockTime }: SigningPlace,
  terminal: Terminal,
): Promise<Intent> {
  const sell = parseTokenAmount(options.sell, "--sell");
  const buy = parseTokenAmount(options.buy, "--buy");
  const { kind } = options;
  if (kind !== "sell" && kind !== "buy") throw invalidArgument("--kind", `is ${kind}`, "Write sell or buy.");
  if ((options.startBuy === undefined) !== (options.decayFor === undefined)) {
    throw invalidArgument(
      "--start-buy",
      "and --decay-for need each other",
      "Give both, or neither for a fixed limit.",
    );
  }
  const decimals = await decimalsOf(options, sell, buy, terminal);
  const decays =
    options.startBuy === undefined || options.decayFor === undefined
      ? {}
      : {
          startBuyAmount: toAtoms(options.startBuy, decimals.buy, "--start-buy"),
          // Valid at once: a batch is tried on the newest block before it is sent.
          validFrom: blockTime,
          decayEnd: now + parseDuration(options.decayFor, "--decay-for"),
        };
  const validTo =
    options.validTo === undefined
      ? now + parseDuration(options.validFor, "--valid-for")
      : parseCount(options.validTo, "--valid-to");
  return buildIntent({
    sellToken: sell.token,
    buyToken: buy.token,
    sellAmount: toAtoms(sell.amount, decimals.sell, "--sell"),
    buyAmount: toAtoms(buy.amount, decimals.buy, "--buy"),
    kind,
    partiallyFillable: options.partial === true,
    ...decays,
    validTo,
    now,
    ...(options.feePerWei === undefined
      ? {}
      : { feePerWei: toAtoms(options.feePerWei, null, "--fee-per-wei") }),
    ...(options.maxFee === undefined ? {} : { maxFee: toAtoms(options.maxFee, decimals.sell, "--max-fee") }),
    ...(options.nonce === undefined ? {} : { nonce: toAtoms(options.nonce, null, "--nonce") }),
    ...(options.receiver === undefined ? {} : { receiver: options.receiver }),
    ...(options.settler === undefined ? {} : { settler: options.settler }),
    ...(options.condition === undefined ? {} : { condition: options.condition }),
    ...(options.conditionData === undefined ? {} : { conditionData: options.conditionData }),
  });
}

/** `walras intent sign`: the signed intent on stdout, ready to be posted; what it says on stderr, for people. */
export async function runSign(options: SignOptions, { terminal }: Context): Promise<void> {
  const { lane } = options;
  if (lane !== "instant" && lane !== "sealed") {
    throw invalidArgument("--lane", `is ${lane}`, "Write instant or sealed.");
  }
  const market = lane === "sealed" ? await marketOf(options, terminal) : null;
  // The auction is what a sealed intent is signed for.
  const asked =
    market === null ? options : { ...options, settlement: market.auction, chainId: String(market.chainId) };
  const place = await domainOf(asked, terminal);
  const { domain } = place;
  const draft = await intentOf(
    market === null ? options : { ...options, partial: true as const },
    place,
    terminal,
  );
  const intent = market === null ? draft : validateSealedIntent(draft, market);
  const intentHash = hashIntent(intent, domain);

  const { approvedBy, contractOwner } = options;
  let signed: SignedIntent;
  if (approvedBy !== undefined) {
    signed = { intent, signature: { scheme: "approval", owner: parseAddress(approvedBy, "--approved-by") } };
  } else {
    const signer = await loadSigner(options.keyFile, terminal);
    const owner =
      contractOwner === undefined ? {} : { contractOwner: parseAddress(contractOwner, "--contract-owner") };
    signed = await signIntent(intent, domain, signer, owner);
  }
  const where = market === null ? {} : { lane, auction: market.auction };
  terminal.out(toJson({ ...serializeSignedIntent(signed), chainId: domain.chainId, ...where }));

  if (options.json === true) return;
  const { signature } = signed;
  const owner =
    signature.scheme === "ecdsa" ? recoverSigner(intentHash, signature.signature) : signature.owner;
  const what = `gives ${intent.kind === "sell" ? "" : "at most "}${intent.sellAmount} atoms of ${intent.sellToken}`;
  const forWhat = `for ${intent.kind === "sell" ? "at least" : "exactly"} ${intent.buyAmount} atoms of ${intent.buyToken}`;
  terminal.err(
    `Intent ${intentHash}\n${owner} ${what} ${forWhat}, until ${new Date(intent.validTo * 1000).toISOString()}.`,
  );
  if (signature.scheme === "approval") {
    terminal.err(
      `It is valid once ${owner} has called setApproval(${intentHash}, true) on ${domain.verifyingContract}.`,
    );
  }
}
