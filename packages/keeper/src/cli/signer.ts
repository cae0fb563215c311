import { resolve } from "node:path";
import { Wallet } from "ethers";
import { privateKey, readKeyFile } from "../config/privateKey.ts";
import { invalidArgument } from "./failures.ts";
import type { Terminal } from "./Terminal.ts";

const hint = "Set WALRAS_PRIVATE_KEY, name a file of mode 0600 by --key-file, or type the key when asked.";

/**
 * The account that signs, by `--key-file`, WALRAS_PRIVATE_KEY or a hidden prompt, in this order. A key is never taken from
 * the command line, where other processes and the shell's history see it.
 *
 * @throws KeeperError `InvalidArgument`, `InvalidConfig`
 */
export async function loadSigner(keyFile: string | undefined, terminal: Terminal): Promise<Wallet> {
  if (keyFile !== undefined) {
    return new Wallet(readKeyFile(resolve(terminal.cwd, keyFile), "--key-file", "the command line"));
  }
  const variable = terminal.env["WALRAS_PRIVATE_KEY"] ?? "";
  const text = variable !== "" ? variable : await terminal.askHidden("Private key (not shown): ");
  if (text === null || text === "") throw invalidArgument("The private key", "is missing", hint);
  const parsed = privateKey.safeParse(text.trim());
  if (!parsed.success)
    throw invalidArgument("The private key", "is not 32 bytes of hex that make a key", hint);
  return new Wallet(parsed.data);
}
