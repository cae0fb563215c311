// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Recovery of who signed
/// @notice Equivalent to `ECDSA.tryRecover(hash, v, r, s)` of OpenZeppelin, which returns two more values and takes fresh
/// memory: a hundred gas for each signature.
library SignerRecovery {
    /// @dev Half the order of secp256k1: of the two signatures (s and order - s), only the low one counts (EIP-2).
    uint256 private constant MAX_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @return signer 0 if the signature is not valid.
    function recover(bytes32 hash, uint256 v, uint256 r, uint256 s) internal view returns (address signer) {
        assembly ("memory-safe") {
            let freeMemory := mload(0x40)
            mstore(0x00, hash)
            mstore(0x20, v)
            mstore(0x40, r)
            mstore(0x60, s)
            // Answers nothing if there is no signer.
            pop(staticcall(gas(), 1, 0x00, 0x80, 0x20, 0x20))
            signer := mul(mload(0x20), gt(shr(5, returndatasize()), gt(s, MAX_S)))
            mstore(0x40, freeMemory)
            mstore(0x60, 0)
        }
    }
}
