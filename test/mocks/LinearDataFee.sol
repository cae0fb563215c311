// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataFee} from "../../contracts/interfaces/IDataFee.sol";

/// @title A data fee that grows with the size, and a little for each gas
contract LinearDataFee is IDataFee {
    function quote(uint256 size) external pure override returns (uint256 dataFee, uint256 weiPerGas) {
        return (5_000_000_000_000 + 31_000_000_007 * size, 25);
    }
}
