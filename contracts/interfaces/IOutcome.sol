// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title A condition that an intent puts on its outcome
/// @notice Asked after all tokens of the batch have moved, so it judges the state that the batch leaves behind.
interface IOutcome {
    /// @notice Whether the outcome is acceptable; anything but a plain `true` reverts the whole batch.
    /// @param intentHash EIP-712 digest of the intent.
    /// @param owner Signer of the intent.
    /// @param sold What the owner gave in this fill, fee included, in sell-token atoms.
    /// @param bought What the receiver got in this fill, in buy-token atoms.
    /// @param conditionData The bytes that the owner signed.
    function holds(
        bytes32 intentHash,
        address owner,
        uint256 sold,
        uint256 bought,
        bytes calldata conditionData
    ) external view returns (bool);
}
