// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Questions to contracts that nobody vouches for
library BoundedCall {
    /// @notice Asks `target` for one word, by a static call that can neither spend more than `gasLimit` (less if less is
    /// left: the EVM keeps back a 64th) nor make the caller pay for the size of the answer.
    /// @return success Whether the call succeeded and answered at least a word; an account without code does not.
    /// @return word The first word of the answer; 0 without success.
    function ask(
        address target,
        uint256 gasLimit,
        bytes memory data
    ) internal view returns (bool success, uint256 word) {
        // Solidity's own staticcall would copy the whole answer, however long it is.
        assembly ("memory-safe") {
            success := staticcall(gasLimit, target, add(data, 0x20), mload(data), 0x00, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            word := mul(success, mload(0x00))
        }
    }

    /// @notice Whether `target` answers with a plain `true`, which is how the settlement reads a condition.
    function isTrue(address target, uint256 gasLimit, bytes memory data) internal view returns (bool) {
        (, uint256 word) = ask(target, gasLimit, data);
        return word == 1;
    }
}
