// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {Placement, Scheme} from "../../../contracts/types/Placement.sol";
import {CallingToken, SwitchingToken} from "../../mocks/AuctionTokens.sol";
import {BlockingToken} from "../../mocks/BlockingToken.sol";
import {NoReturnToken} from "../../mocks/NoReturnToken.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev A market in which token A is not what it should be. B and C are plain.
contract AuctionTokensTest is AuctionTest {
    address private _hostile;

    function makeTokens() internal override returns (address[] memory tokens) {
        tokens = super.makeTokens();
        if (_hostile == address(0)) return tokens;
        tokens[2] = _hostile;
        sort(tokens);
    }

    /// @notice A market anew, with `hostile` for token A.
    function _with(address hostile) private {
        _hostile = hostile;
        super.setUp();
        if (tokenB == hostile) (tokenA, tokenB) = (tokenB, tokenA);
        if (tokenC == hostile) (tokenA, tokenC) = (tokenC, tokenA);
    }

    /// @dev The scarce outcome at a price of 13 for A, whatever its index.
    function _prices() private view returns (uint128[] memory prices) {
        prices = pricesOf(1, 1, 1);
        address[] memory tokens = auction.market().tokens;
        for (uint256 t = 0; t < 3; ++t) if (tokens[t] == tokenA) prices[t] = price(13, 0);
    }

    function _cleared() private {
        scarce();
        vm.warp(LOCK);
        clear(_prices(), scarceMarginal());
        vm.warp(LOCK + 4 * LENGTH);
    }

    /* TOKENS THAT DO NOT MOVE WHAT THEY SAY */

    function test_a_token_that_takes_a_fee_is_refused() public {
        SwitchingToken token = new SwitchingToken();
        _with(address(token));
        Intent memory intent = sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT);
        bytes4 selector = ICallAuctionErrors.WrongAmountReceived.selector;
        token.setSurplus(-1);
        refuse(intent, abi.encodeWithSelector(selector, 0, tokenA, 100 * UNIT, 100 * UNIT - 1));
        token.setSurplus(1);
        refuse(intent, abi.encodeWithSelector(selector, 0, tokenA, 100 * UNIT, 100 * UNIT + 1));
        token.setSurplus(-int256(uint256(100 * UNIT)));
        refuse(intent, abi.encodeWithSelector(selector, 0, tokenA, 100 * UNIT, 0));
        token.setSurplus(0);
        place(alice, intent);
    }

    function test_what_was_held_before_does_not_count_as_received() public {
        SwitchingToken token = new SwitchingToken();
        _with(address(token));
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        Intent memory intent = sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT);
        bytes4 selector = ICallAuctionErrors.WrongAmountReceived.selector;
        token.setSurplus(-1);
        refuse(intent, abi.encodeWithSelector(selector, 0, tokenA, 100 * UNIT, 100 * UNIT - 1));
        // Takes more than it brings.
        token.setSurplus(-int256(uint256(100 * UNIT + 1)));
        refuse(intent, abi.encodeWithSelector(selector, 0, tokenA, 100 * UNIT, 0));
    }

    function test_what_comes_is_checked_for_every_run_of_a_token_in_a_call() public {
        SwitchingToken token = new SwitchingToken();
        _with(address(token));
        Placement[] memory four = new Placement[](4);
        four[0] = signed(bob, sell(tokenB, 100 * UNIT, tokenC, 100 * UNIT));
        four[1] = signed(alice, sell(tokenA, 100 * UNIT, tokenB, 100 * UNIT));
        four[2] = signed(carol, sell(tokenA, 100 * UNIT, tokenB, 100 * UNIT));
        four[3] = signed(bob, sell(tokenB, 100 * UNIT, tokenC, 100 * UNIT));
        token.setSurplus(-1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICallAuctionErrors.WrongAmountReceived.selector,
                2,
                tokenA,
                200 * UNIT,
                200 * UNIT - 2
            )
        );
        auction.place(four);
        token.setSurplus(0);
        auction.place(four);
        assertHeld(tokenA, 200 * UNIT, "A");
        assertHeld(tokenB, 200 * UNIT, "B");
    }

    function test_a_gift_to_the_auction_is_nobodys() public {
        scarce();
        TestToken(tokenA).mint(address(auction), 12345);
        TestToken(tokenB).mint(address(auction), 12345);
        place(alice, sell(tokenA, UNIT, tokenB, 100 * UNIT));
        vm.warp(LOCK);
        clear(_prices(), scarceMarginal());
        vm.warp(LOCK + 4 * LENGTH);
        claim(firstIds(4));
        assertGe(balance(tokenA, address(auction)), 12345, "A");
        assertLe(balance(tokenA, address(auction)), 12345 + 2, "and dust");
        assertGe(balance(tokenB, address(auction)), 12345, "B");
    }

    function test_a_token_that_returns_nothing_trades_as_any_other() public {
        _with(address(new NoReturnToken()));
        _cleared();
        claim(firstIds(3));
        assertChange(tokenA, alice, -int256(uint256(100 * UNIT)), "Alice");
        assertLe(balance(tokenA, address(auction)), 2, "dust");
    }

    function test_a_token_that_answers_false_stops_its_own_payments_only() public {
        SwitchingToken token = new SwitchingToken();
        _with(address(token));
        _cleared();
        (, uint256 bought) = auction.outcome(W, 1);
        token.freeze();
        refuseClaim(
            listOf(1),
            abi.encodeWithSelector(ICallAuctionErrors.PayFailed.selector, tokenA, bob.account, bought)
        );
        claim(listOf(0));
        (uint256 executed, ) = auction.outcome(W, 1);
        assertEq(executed, 900 * UNIT, "the order is still there");
    }

    /* TOKENS THAT BLOCK */

    function test_a_receiver_that_a_token_blocks_holds_nobody_else_up_and_its_owner_claims_elsewhere()
        public
    {
        BlockingToken token = new BlockingToken();
        _with(address(token));
        _cleared();
        (, uint256 bought) = auction.outcome(W, 1);
        token.blockAccount(bob.account);
        refuseClaim(
            listOf(0, 1),
            abi.encodeWithSelector(ICallAuctionErrors.PayFailed.selector, tokenA, bob.account, bought)
        );
        claim(listOf(0, 2));
        vm.prank(bob.account);
        auction.claimTo(W, 1, keeper.account);
        assertChange(tokenA, keeper, int256(bought), "where he says");
    }

    function test_a_blocked_owner_of_a_void_window_takes_its_tokens_elsewhere() public {
        BlockingToken token = new BlockingToken();
        _with(address(token));
        scarce();
        token.blockAccount(alice.account);
        vm.warp(LOCK + TIMEOUT + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICallAuctionErrors.PayFailed.selector, tokenA, alice.account, 100 * UNIT)
        );
        auction.refund(W, listOf(0));
        auction.refund(W, listOf(1, 2));
        vm.prank(alice.account);
        auction.claimTo(W, 0, keeper.account);
        assertChange(tokenA, keeper, int256(uint256(100 * UNIT)), "all of it");
    }

    function test_a_blocked_clearer_holds_no_claim_up() public {
        BlockingToken token = new BlockingToken();
        _with(address(token));
        vm.fee(1 gwei);
        vm.txGasPrice(1 gwei);
        Intent memory intent = sell(tokenA, 100 * UNIT + (1 << 50), tokenB, 1000 * UNIT);
        (intent.maxFee, intent.feePerWei) = (1 << 50, 1 << 60);
        place(alice, intent);
        vm.warp(LOCK);
        address clearer = address(token);
        vm.prank(clearer);
        auction.clear(W, pricesOf(1, 1, 1), noIds(), noProgress(), 1, 0);
        token.blockAccount(clearer);
        vm.warp(LOCK + 4 * LENGTH);
        claim(listOf(0));
        uint256 fees = auction.feesOf(clearer, tokenA);
        assertTrue(fees != 0, "set aside");
        address[] memory tokens = new address[](1);
        tokens[0] = tokenA;
        vm.prank(clearer);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.PayFailed.selector, tokenA, clearer, fees));
        auction.collect(tokens, clearer);
        vm.prank(clearer);
        auction.collect(tokens, bob.account);
        assertChange(tokenA, bob, int256(fees), "where it says");
    }

    /* TOKENS THAT CALL BACK */

    function test_a_token_cannot_enter_the_auction_again_in_any_of_its_transfers() public {
        CallingToken token = new CallingToken();
        _with(address(token));
        Placement[] memory own = new Placement[](1);
        own[0].intent = sell(tokenB, 10 * UNIT, tokenC, 10 * UNIT);
        own[0].scheme = Scheme.Caller;
        uint256[] memory ids = firstIds(3);
        bytes[] memory attacks = new bytes[](8);
        attacks[0] = abi.encodeCall(ICallAuction.place, (own));
        attacks[1] = abi.encodeCall(ICallAuction.cancel, (W, ids));
        attacks[2] = abi.encodeCall(ICallAuction.claim, (W, ids));
        attacks[3] = abi.encodeCall(ICallAuction.claimTo, (W, 0, address(token)));
        attacks[4] = abi.encodeCall(ICallAuction.roll, (W, ids));
        attacks[5] = abi.encodeCall(ICallAuction.refund, (W, ids));
        attacks[6] = abi.encodeCall(ICallAuction.clear, (W, _prices(), scarceMarginal(), noProgress(), 3, 0));
        attacks[7] = abi.encodeCall(ICallAuction.collect, (auction.market().tokens, address(token)));
        for (uint256 i = 0; i < attacks.length; ++i) {
            vm.warp(START);
            _with(_again(attacks[i]));
            _everyTransfer(attacks[i]);
        }
    }

    function _again(bytes memory) private returns (address) {
        return address(new CallingToken());
    }

    function _everyTransfer(bytes memory attack) private {
        CallingToken token = CallingToken(tokenA);
        token.arm(address(auction), attack);
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        _assertGuarded(token, 1);
        vm.prank(alice.account);
        auction.cancel(W, listOf(0));
        _assertGuarded(token, 2);

        token.arm(address(0), "");
        scarce();
        vm.warp(LOCK);
        clear(_prices(), listOf(named(3, 400 * UNIT)));
        token.arm(address(auction), attack);
        auction.roll(W, listOf(3));
        _assertGuarded(token, 3);
        vm.warp(LOCK + 4 * LENGTH);
        claim(listOf(2));
        _assertGuarded(token, 4);
    }

    function _assertGuarded(CallingToken token, uint256 calls) private view {
        assertEq(token.calls(), calls, "was called");
        assertFalse(token.succeeded(), "and refused");
        assertEq(
            bytes32(token.answer()),
            bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
            "by the guard"
        );
    }
}
