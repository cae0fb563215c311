import { SdkError } from "../errors.ts";
import { parseHex, type Address, type Hex } from "../hex.ts";
import type { IntentDomain } from "./Intent.ts";

/** Whose word it is: the domain of a Walras contract, or of Permit2, which has no version. */
export type SigningDomain = IntentDomain & { name: string; version?: string };

/**
 * What this package asks an owner to sign: the typed data of an intent, of a cancellation or of a permit. Written as widely
 * as wallets and libraries take it, so that their own types fit.
 */
export type WalrasTypedData = {
  domain: SigningDomain;
  types: Record<string, readonly TypedDataField[]>;
  primaryType: string;
  message: Record<string, unknown>;
};

type TypedDataField = { name: string; type: string };

/**
 * Signs typed data and returns the signature as hex: the one thing that signing needs. A viem account or wallet client
 * gives it by {@link viemSigner}, a browser wallet by {@link eip1193Signer}.
 */
export type SignTypedData = (typedData: WalrasTypedData) => Promise<string>;

/** The part of an ethers `Signer` that signing needs. */
export type EthersSigner = {
  signTypedData(
    domain: SigningDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
};

export type IntentSigner = SignTypedData | EthersSigner;

/** The part of a viem account that signing needs. */
export type ViemAccount = { signTypedData(typedData: WalrasTypedData): Promise<Hex> };

/** The part of a viem wallet client that signing needs. */
export type ViemWalletClient<Account> = {
  signTypedData(typedData: WalrasTypedData & { account: Account }): Promise<Hex>;
};

/**
 * A viem account, or a viem wallet client with the account to sign by, as a signer.
 *
 * @example
 * await signIntent(intent, domain, viemSigner(privateKeyToAccount(key)));
 * await signIntent(intent, domain, viemSigner(walletClient, address));
 */
export function viemSigner(account: ViemAccount): SignTypedData;
export function viemSigner<Account>(client: ViemWalletClient<Account>, account: Account): SignTypedData;
export function viemSigner<Account>(
  signer: { signTypedData(typedData: WalrasTypedData & { account?: Account }): Promise<Hex> },
  account?: Account,
): SignTypedData {
  return (typedData) => signer.signTypedData(account === undefined ? typedData : { ...typedData, account });
}

/** The part of an EIP-1193 provider, such as `window.ethereum`, that signing needs. */
export type Eip1193Provider = {
  request(args: {
    method: "eth_signTypedData_v4";
    params: [account: Address, typedData: string];
  }): Promise<unknown>;
};

/** EIP-712 typed data as the JSON text that `eth_signTypedData_v4` takes: with the domain's type, bigints as digits. */
export function typedDataJson(typedData: WalrasTypedData): string {
  const EIP712Domain = [
    { name: "name", type: "string" },
    ...(typedData.domain.version === undefined ? [] : [{ name: "version", type: "string" }]),
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
  ];
  return JSON.stringify({ ...typedData, types: { EIP712Domain, ...typedData.types } }, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

/**
 * A browser wallet as a signer, by `eth_signTypedData_v4`.
 *
 * @example
 * await signIntent(intent, domain, eip1193Signer(window.ethereum, address));
 */
export function eip1193Signer(provider: Eip1193Provider, account: Address): SignTypedData {
  return async (typedData) => {
    const signature = await provider.request({
      method: "eth_signTypedData_v4",
      params: [account, typedDataJson(typedData)],
    });
    return parseHex(signature, "signature");
  };
}

type TypeEntry = [name: string, fields: TypedDataField[]];

/**
 * Has the typed data signed.
 *
 * @throws SdkError `SignerFailed` with the signer's own error as its cause
 */
export async function signTypedData(signer: IntentSigner, typedData: WalrasTypedData): Promise<Hex> {
  let signature: string;
  try {
    if (typeof signer === "function") {
      signature = await signer(typedData);
    } else {
      // A copy, since ethers asks for arrays that may be written.
      const types = Object.entries(typedData.types).map(([name, fields]): TypeEntry => [name, [...fields]]);
      signature = await signer.signTypedData(typedData.domain, Object.fromEntries(types), typedData.message);
    }
  } catch (cause) {
    throw new SdkError("SignerFailed", {}, { cause });
  }
  return parseHex(signature, "signature");
}
