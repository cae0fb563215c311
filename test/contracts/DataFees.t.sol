// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataFee} from "../../contracts/interfaces/IDataFee.sol";
import {ArbGasInfo} from "../mocks/ArbGasInfo.sol";
import {GasPriceOracle, IsthmusGasPriceOracle} from "../mocks/GasPriceOracle.sol";
import {Test} from "../support/Test.sol";

/// @dev R6: what the adapters make of their chain's own prices. Real ones are asked in test/e2e/meteredFee.ts.
contract DataFeesTest is Test {
    address internal constant ORACLE = 0x420000000000000000000000000000000000000F;
    address internal constant ARB_GAS_INFO = 0x000000000000000000000000000000000000006C;
    /// @dev What the oracle adds for a signature.
    uint256 internal constant SIGNATURE = 68;

    function test_an_op_stack_chain_asks_for_data_and_for_its_operator() public {
        (uint256 dataFee, uint256 weiPerGas) = _optimism(address(new IsthmusGasPriceOracle())).quote(1000);
        assertEq(dataFee, 1_000_000 + 7 * (1000 - SIGNATURE) + 700_000_000, "the data fee");
        // Three and a half, of which nobody is charged the half; the constant, most of a probe, is no part of it.
        assertEq(weiPerGas, 3, "the operator's price of a gas");
    }

    function test_an_op_stack_chain_from_before_isthmus_asks_for_data_only() public {
        (uint256 dataFee, uint256 weiPerGas) = _optimism(address(new GasPriceOracle())).quote(1000);
        assertEq(dataFee, 1_000_000 + 7 * (1000 - SIGNATURE), "the data fee");
        assertEq(weiPerGas, 0, "the operator's price of a gas");
    }

    function test_nothing_is_smaller_than_a_signature() public {
        IDataFee adapter = _optimism(address(new GasPriceOracle()));
        uint256[4] memory sizes = [0, 1, SIGNATURE, SIGNATURE + 1];
        for (uint256 i = 0; i < sizes.length; ++i) {
            (uint256 dataFee, ) = adapter.quote(sizes[i]);
            assertEq(dataFee, i == 3 ? 1_000_007 : 1_000_000, "the data fee");
        }
    }

    function test_an_arbitrum_chain_asks_for_each_byte() public {
        vm.etch(ARB_GAS_INFO, address(new ArbGasInfo()).code);
        IDataFee adapter = IDataFee(deploy("ArbitrumDataFee.sol:ArbitrumDataFee"));
        (uint256 dataFee, uint256 weiPerGas) = adapter.quote(1000);
        assertEq(dataFee, 1000 * 1_600_000_000, "the data fee");
        assertEq(weiPerGas, 0, "more for a gas");
    }

    function _optimism(address oracle) private returns (IDataFee) {
        vm.etch(ORACLE, oracle.code);
        return IDataFee(deploy("OptimismDataFee.sol:OptimismDataFee"));
    }
}
