import { AbiCoder, concat, getCreate2Address, keccak256 } from "ethers";

/** "Walras settlement v1": the CREATE2 salt of every deployment. */
export const deploymentSalt = "0x57616c7261732073657474656c6d656e74207631000000000000000000000000";

/** The CreateX factory, which has this address on every chain where it is deployed. */
export const createX = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";

/**
 * Where the factory puts a contract. It hashes a salt that names no sender and no chain before it uses it, so that the
 * address depends on the salt and the code alone.
 *
 * @param bytecode Creation code, hex.
 * @param constructorArguments ABI-encoded, hex.
 */
export function deploymentAddress(bytecode: string, constructorArguments = "0x"): string {
  const guardedSalt = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32"], [deploymentSalt]));
  return getCreate2Address(createX, guardedSalt, keccak256(concat([bytecode, constructorArguments])));
}
