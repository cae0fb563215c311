/**
 * What the settlement and the tokens remember, as plain maps: one entry for each fact. Accounts and tokens are addresses
 * in lower case, amounts are atoms.
 */
export class Ledger {
  #balances = new Map<string, bigint>();
  #allowances = new Map<string, bigint>();
  #filled = new Map<string, bigint>();
  #spent = new Set<string>();
  #approved = new Set<string>();

  copy(): Ledger {
    const copy = new Ledger();
    copy.#balances = new Map(this.#balances);
    copy.#allowances = new Map(this.#allowances);
    copy.#filled = new Map(this.#filled);
    copy.#spent = new Set(this.#spent);
    copy.#approved = new Set(this.#approved);
    return copy;
  }

  balance(token: string, holder: string): bigint {
    return this.#balances.get(`${token} ${holder}`) ?? 0n;
  }

  setBalance(token: string, holder: string, amount: bigint): void {
    this.#balances.set(`${token} ${holder}`, amount);
  }

  /** What the settlement may still take from the holder. */
  allowance(token: string, holder: string): bigint {
    return this.#allowances.get(`${token} ${holder}`) ?? 0n;
  }

  setAllowance(token: string, holder: string, amount: bigint): void {
    this.#allowances.set(`${token} ${holder}`, amount);
  }

  isSpent(owner: string, nonce: bigint): boolean {
    return this.#spent.has(`${owner} ${nonce.toString()}`);
  }

  spend(owner: string, nonce: bigint): void {
    this.#spent.add(`${owner} ${nonce.toString()}`);
  }

  /** The 256 nonces round about `nonce`, one bit each. */
  bitmap(owner: string, nonce: bigint): bigint {
    const first = (nonce >> 8n) << 8n;
    let bits = 0n;
    for (let i = 0n; i < 256n; i++) if (this.isSpent(owner, first + i)) bits |= 1n << i;
    return bits;
  }

  filled(owner: string, nonce: bigint): bigint {
    return this.#filled.get(`${owner} ${nonce.toString()}`) ?? 0n;
  }

  setFilled(owner: string, nonce: bigint, amount: bigint): void {
    this.#filled.set(`${owner} ${nonce.toString()}`, amount);
  }

  isApproved(owner: string, intentHash: string): boolean {
    return this.#approved.has(`${owner} ${intentHash}`);
  }

  setApproval(owner: string, intentHash: string, approved: boolean): void {
    if (approved) this.#approved.add(`${owner} ${intentHash}`);
    else this.#approved.delete(`${owner} ${intentHash}`);
  }
}
