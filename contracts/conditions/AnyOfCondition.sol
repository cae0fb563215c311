// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IOutcome} from "../interfaces/IOutcome.sol";
import {BoundedCall} from "../periphery/BoundedCall.sol";

/// @title AnyOfCondition
/// @author The Walras developers
/// @notice Holds if one of several conditions holds, each asked about the same fill with its own data.
/// @dev Data: `abi.encode(address[] conditions, bytes[] data)`. None at all, and lists of different lengths, refuse. A
/// condition that reverts, has no code or answers anything but true does not hold, as in the settlement.
/// A keeper that starves one of gas only loses it: the answer can turn from true to false, never the other way.
contract AnyOfCondition is IOutcome {
    using BoundedCall for address;

    /// @inheritdoc IOutcome
    function holds(
        bytes32 intentHash,
        address owner,
        uint256 sold,
        uint256 bought,
        bytes calldata conditionData
    ) external view override returns (bool) {
        (address[] memory conditions, bytes[] memory data) = abi.decode(conditionData, (address[], bytes[]));
        if (conditions.length == 0 || conditions.length != data.length) return false;
        for (uint256 i = 0; i < conditions.length; ++i) {
            bytes memory question = abi.encodeCall(
                IOutcome.holds,
                (intentHash, owner, sold, bought, data[i])
            );
            if (conditions[i].isTrue(gasleft(), question)) return true;
        }
        return false;
    }
}
