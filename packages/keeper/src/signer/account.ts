import { parseAddress, parseHex, type Address, type Hex } from "@walras/sdk";
import { SigningKey, Transaction, computeAddress } from "ethers";

/** What the keeper puts into a transaction of its own. Amounts are wei. */
export type TransactionFields = {
  to: Address;
  data: Hex;
  accountNonce: number;
  gasLimit: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
};

export type SignedTransaction = { transactionHash: Hex; rawTransaction: Hex };

/** The account that settles and pays gas. Its key stays in here: it is in no property, no log and no error. */
export class Account {
  readonly address: Address;
  readonly #chainId: number;
  readonly #key: SigningKey;

  constructor(privateKey: Hex, chainId: number) {
    this.#key = new SigningKey(privateKey);
    this.#chainId = chainId;
    this.address = parseAddress(computeAddress(this.#key));
  }

  /** Signs an EIP-1559 transaction. Its hash is known before anybody has seen it. */
  sign({ accountNonce, ...fields }: TransactionFields): SignedTransaction {
    const transaction = Transaction.from({
      type: 2,
      chainId: this.#chainId,
      nonce: accountNonce,
      ...fields,
    });
    transaction.signature = this.#key.sign(transaction.unsignedHash);
    return {
      transactionHash: parseHex(transaction.hash, "transactionHash", 32),
      rawTransaction: parseHex(transaction.serialized, "rawTransaction"),
    };
  }
}
