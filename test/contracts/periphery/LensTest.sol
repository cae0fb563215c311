// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlementLens} from "../../../contracts/interfaces/ISettlementLens.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {FillEncoder} from "../../support/FillEncoder.sol";
import {Actor} from "../../support/SettlementTest.sol";
import {PeripheryTest} from "./PeripheryTest.sol";

/// @title What the lens's tests stand on: queries of intents that could settle, and what it says of them
abstract contract LensTest is PeripheryTest {
    ISettlementLens internal _lens;

    function setUp() public override {
        super.setUp();
        _lens = ISettlementLens(deploy("SettlementLens.sol:SettlementLens", abi.encode(address(settlement))));
    }

    function _intent() internal returns (Intent memory) {
        return sellIntent(tokenA, 1000, tokenB, 500);
    }

    function _with(Intent memory intent) internal pure returns (ISettlementLens.Query memory query) {
        query.intent = intent;
    }

    function _signed(
        Actor memory owner,
        Intent memory intent
    ) internal view returns (ISettlementLens.Query memory query) {
        query.intent = intent;
        query.signature = sign(owner.key, hashOf(intent), FillEncoder.ECDSA);
    }

    function _read(ISettlementLens.Query memory query) internal view returns (ISettlementLens.State memory) {
        ISettlementLens.Query[] memory queries = new ISettlementLens.Query[](1);
        queries[0] = query;
        return _lens.read(queries, keeper.account)[0];
    }

    function _expect(ISettlementLens.State memory state, ISettlementLens.Obstacle obstacle) internal pure {
        assertEq(uint256(state.obstacle), uint256(obstacle), "obstacle");
    }

    /// @dev Leaves the actor that much of A, and that allowance.
    function _leave(Actor memory actor, uint256 amount, uint256 allowance) internal {
        uint256 held = balance(tokenA, actor);
        if (held < amount) TestToken(tokenA).mint(actor.account, amount - held);
        vm.prank(actor.account);
        if (held > amount) IERC20(tokenA).transfer(address(this), held - amount);
        else IERC20(tokenA).approve(address(this), 0);
        vm.prank(actor.account);
        IERC20(tokenA).approve(address(settlement), allowance);
    }
}
