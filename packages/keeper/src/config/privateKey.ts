/** Private keys: read, checked, and never shown. */
import { readFileSync, statSync } from "node:fs";
import type { Hex } from "@walras/sdk";
import { computeAddress } from "ethers";
import { z } from "zod";
import { KeeperError } from "../errors.ts";

/** 32 bytes of hex, with or without 0x, that are a key of secp256k1. */
export const privateKey = z
  .string()
  .regex(/^(0x)?[0-9a-fA-F]{64}$/, "must be 32 bytes of hex")
  .transform((text, context): Hex => {
    const key: Hex = `0x${text.replace(/^0x/, "")}`;
    try {
      computeAddress(key);
    } catch {
      context.addIssue({ code: "custom", message: "must be a key of secp256k1" });
    }
    return key;
  });

/**
 * Reads a key from a file that only its owner can read.
 *
 * @param name what names the file, such as "--key-file"
 * @param source where that stands, for the message
 * @throws KeeperError `InvalidConfig`
 */
export function readKeyFile(path: string, name: string, source: string): Hex {
  const refuse = (problem: string, hint: string) =>
    new KeeperError("InvalidConfig", { key: name, source, problem: `is ${path}, ${problem}`, hint });
  let mode: number;
  let text: string;
  try {
    mode = statSync(path).mode & 0o777;
    text = readFileSync(path, "utf8").trim();
  } catch {
    throw refuse("which cannot be read", "Name a file that holds the key as hex.");
  }
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw refuse(
      `which others than its owner can read (mode 0${mode.toString(8)})`,
      `Run: chmod 600 ${path}`,
    );
  }
  const parsed = privateKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw refuse("which holds no private key", "Write 32 bytes of hex there, nothing else.");
}
