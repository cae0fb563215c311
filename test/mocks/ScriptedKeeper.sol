// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ISettlementCallback} from "../../contracts/interfaces/ISettlementCallback.sol";
import {Batch} from "../../contracts/types/Batch.sol";

/// @title A keeper contract that runs a list of calls when it is called back
contract ScriptedKeeper is ISettlementCallback {
    struct Call {
        address target;
        bytes data;
    }

    ISettlement private immutable _settlement;
    Call[] private _script;

    uint256 public callbacks;
    bytes public callbackData;

    error NotSettlement(address caller);

    constructor(ISettlement settlement) {
        _settlement = settlement;
    }

    function onCallback(address target, bytes calldata data) external {
        _script.push(Call(target, data));
    }

    function execute(address target, bytes calldata data) external {
        _run(target, data);
    }

    function settle(Batch calldata batch) external {
        _settlement.settle(batch);
    }

    function walrasCallback(bytes calldata data) external override {
        require(msg.sender == address(_settlement), NotSettlement(msg.sender));
        ++callbacks;
        callbackData = data;
        for (uint256 i = 0; i < _script.length; ++i) _run(_script[i].target, _script[i].data);
    }

    function _run(address target, bytes memory data) private {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = target.call(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
