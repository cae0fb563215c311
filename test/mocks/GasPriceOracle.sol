// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Stands in for the predeploy of OP stack chains from before Isthmus: without an operator fee
contract GasPriceOracle {
    function getL1FeeUpperBound(uint256 unsignedTxSize) external pure returns (uint256) {
        return 1_000_000 + 7 * unsignedTxSize;
    }
}

/// @title The same since Isthmus
contract IsthmusGasPriceOracle is GasPriceOracle {
    function getOperatorFee(uint256 gasUsed) external pure returns (uint256) {
        return 700_000_000 + 3 * gasUsed + gasUsed / 2;
    }
}
