// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {Placement} from "../../../contracts/types/Placement.sol";
import {LinearDataFee} from "../../mocks/LinearDataFee.sol";
import {ScriptedAnswer} from "../../mocks/ScriptedAnswer.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev Fees at real gas prices, at a rate that is kept exactly: about 1.15 sell-token atoms for a wei.
contract AuctionFeesTest is AuctionTest {
    uint256 private constant BASE_FEE = 10 gwei;
    uint256 private constant GAS_PRICE = 11 gwei;
    uint128 private constant RATE = 1 << 60;
    uint128 private constant BUDGET = 1 << 60;
    uint128 private constant AMOUNT = 1 << 50;

    uint256 private constant TX_GAS = 21_000;

    function setUp() public override {
        super.setUp();
        vm.fee(BASE_FEE);
        vm.txGasPrice(GAS_PRICE);
    }

    function _paying(address sellToken, address buyToken) private returns (Intent memory intent) {
        intent = sell(sellToken, AMOUNT + BUDGET, buyToken, AMOUNT);
        (intent.maxFee, intent.feePerWei) = (BUDGET, RATE);
    }

    /// @dev Alice and Bob trade all they have with each other; the keeper clears. Then the transaction's gas is paid for.
    function _traded() private {
        Placement[] memory two = new Placement[](2);
        two[0] = signed(alice, _paying(tokenA, tokenB));
        two[1] = signed(bob, _paying(tokenB, tokenA));
        vm.prank(keeper.account);
        auction.place(two);
        vm.warp(LOCK);
        vm.prank(carol.account);
        auction.clear(W, pricesOf(1, 1, 1), _bothMarginal(), noProgress(), 2, 0);
    }

    function _bothMarginal() private pure returns (uint256[] memory) {
        return listOf(named(0, AMOUNT), named(1, AMOUNT));
    }

    function _atoms(uint256 cost) private pure returns (uint256) {
        return (cost * RATE) / 1e18;
    }

    function _budgetOf(uint256 window, uint256 id) private view returns (uint256) {
        return auction.orders(window, id, 1)[0].budget;
    }

    function test_placing_pays_its_sender_the_metered_cost_and_not_an_atom_more() public {
        place(alice, _paying(tokenA, tokenB));
        uint256 fee = _atoms((TX_GAS + 30_000 + 75_000) * GAS_PRICE);
        assertChange(tokenA, keeper, int256(fee), "fee");
        assertLe(_budgetOf(W, 0), BUDGET - fee, "what is left, rounded down");
        assertGe(_budgetOf(W, 0), BUDGET - fee - (1 << 36), "to 25 bits");
        assertChange(tokenA, alice, -int256(AMOUNT + fee + _budgetOf(W, 0)), "pulled");
    }

    function test_a_call_shares_its_own_gas_among_its_orders_and_a_transaction_pays_for_itself_once() public {
        Placement[] memory four = new Placement[](4);
        for (uint256 i = 0; i < 4; ++i) four[i] = signed(alice, _paying(tokenA, tokenB));
        vm.prank(keeper.account);
        auction.place(four);
        uint256 fees = 4 * _atoms((75_000 + (TX_GAS + 30_000) / 4) * GAS_PRICE);
        assertChange(tokenA, keeper, int256(fees), "fees");
    }

    function test_a_fee_is_never_more_than_the_cap() public {
        Intent memory intent = _paying(tokenA, tokenB);
        (intent.sellAmount, intent.maxFee) = (AMOUNT + 1000, 1000);
        place(alice, intent);
        assertChange(tokenA, keeper, 1000, "all of the cap");
        assertEq(_budgetOf(W, 0), 0, "nothing is left");
        assertEq(auction.orders(W, 0, 1)[0].amount, AMOUNT, "the amount is not touched");
    }

    function test_a_fee_is_the_cost_at_the_signed_rate_rounded_down() public {
        Intent memory intent = _paying(tokenA, tokenB);
        intent.feePerWei = RATE / 3;
        place(alice, intent);
        uint256 cost = (TX_GAS + 105_000) * GAS_PRICE;
        assertChange(tokenA, keeper, int256((cost * (RATE / 3)) / 1e18), "fee");
    }

    function test_at_a_rate_of_one_the_fee_is_the_cost_atom_for_wei() public {
        // Gas so dear that a rate which is wrong by its last digit is off by an atom.
        vm.fee(10_000 gwei);
        vm.txGasPrice(10_000 gwei);
        Intent memory intent = sell(tokenA, AMOUNT + 2e18, tokenB, AMOUNT);
        (intent.maxFee, intent.feePerWei) = (2e18, 1e18);
        place(alice, intent);
        assertChange(tokenA, keeper, 1.26e18, "fee");
    }

    function test_a_tip_counts_no_further_than_the_cap_and_gas_for_nothing_pays_nothing() public {
        vm.txGasPrice(BASE_FEE + TIP_CAP);
        (uint256 most, uint256 mostClearing, uint256 mostClaiming, uint256 mostRolling) = auction.costs(1, 2);
        vm.txGasPrice(100 gwei);
        (uint256 placing, uint256 clearing, uint256 claiming, uint256 rolling) = auction.costs(1, 2);
        assertEq(placing, most, "placing");
        assertEq(clearing, mostClearing, "clearing");
        assertEq(claiming, mostClaiming, "claiming");
        assertEq(rolling, mostRolling, "rolling");
        assertEq(placing, 126_000 * (BASE_FEE + TIP_CAP), "at the base fee and the capped tip");
        vm.txGasPrice(0);
        (placing, clearing, claiming, rolling) = auction.costs(1, 2);
        assertEq(placing + clearing + claiming + rolling, 0, "nothing");
    }

    function test_a_call_for_no_orders_costs_nothing_and_changes_nothing() public {
        (uint256 placing, uint256 clearing, uint256 claiming, uint256 rolling) = auction.costs(0, 2);
        assertEq(placing + clearing + claiming + rolling, 0, "costs");
        vm.prank(keeper.account);
        (uint256 window, uint256 firstId) = auction.place(new Placement[](0));
        assertEq(window, W, "window");
        assertEq(firstId, 0, "id");
        assertEq(auction.orderCount(W), 0, "orders");
    }

    function test_the_costs_are_those_of_the_schedule() public view {
        (uint256 placing, uint256 clearing, uint256 claiming, uint256 rolling) = auction.costs(10, 7);
        assertEq(placing, 80_100 * GAS_PRICE, "placing: 75,000 and a tenth of 51,000");
        assertEq(clearing, 26_900 * GAS_PRICE, "clearing: 3,400 and a tenth of 81,000 and 7 * 22,000");
        assertEq(claiming, 32_600 * GAS_PRICE, "claiming: 28,000 and a tenth of 46,000");
        assertEq(rolling, 70_600 * GAS_PRICE, "rolling: 66,000 and a tenth of 46,000");
    }

    function test_a_claim_pays_the_clearers_share_and_the_callers_and_gives_the_rest_back() public {
        _traded();
        (, , uint256 weiPerOrder) = auction.clearingOf(W);
        // The test is one transaction, whose own gas the placements have paid for.
        assertEq(weiPerOrder, (3_400 + (60_000 + 2 * 22_000) / 2) * GAS_PRICE, "clearing");
        uint256 budget = _budgetOf(W, 0);
        uint256 before = balance(tokenA, keeper.account);
        uint256 alices = balance(tokenA, alice.account);
        uint256 fee = _atoms((28_000 + 25_000) * GAS_PRICE);
        claim(listOf(0));
        assertEq(balance(tokenA, keeper.account) - before, fee, "the caller's");
        assertEq(auction.feesOf(carol.account, tokenA), _atoms(weiPerOrder), "the clearer's, set aside");
        uint256 returned = balance(tokenA, alice.account) - alices;
        assertEq(returned, budget - fee - _atoms(weiPerOrder), "the owner's");
    }

    function test_a_budget_that_is_too_small_pays_the_clearer_first() public {
        Intent memory intent = _paying(tokenA, tokenB);
        uint256 placing = _atoms((TX_GAS + 105_000) * GAS_PRICE);
        uint256 clearing = _atoms((3_400 + (60_000 + 2 * 22_000) / 2) * GAS_PRICE);
        // Enough for placing, clearing and a little more.
        uint128 maxFee = uint128(placing + clearing + (1 << 40));
        (intent.sellAmount, intent.maxFee) = (AMOUNT + maxFee, maxFee);
        place(alice, intent);
        uint256 budget = _budgetOf(W, 0);
        place(bob, _paying(tokenB, tokenA));
        vm.warp(LOCK);
        vm.prank(carol.account);
        auction.clear(W, pricesOf(1, 1, 1), _bothMarginal(), noProgress(), 2, 0);
        uint256 before = balance(tokenA, keeper.account);
        uint256 alices = balance(tokenA, alice.account);
        claim(listOf(0));
        assertEq(auction.feesOf(carol.account, tokenA), clearing, "the clearer's");
        assertEq(balance(tokenA, keeper.account) - before, budget - clearing, "the caller's");
        assertEq(balance(tokenA, alice.account), alices, "nothing is left");
    }

    function test_the_fees_of_orders_that_sell_one_token_are_paid_in_one_go() public {
        place(alice, _paying(tokenA, tokenB));
        place(bob, _paying(tokenA, tokenB));
        place(carol, sell(tokenB, 2 * AMOUNT, tokenA, 2 * AMOUNT));
        vm.warp(LOCK);
        uint256[] memory marginal = new uint256[](3);
        (marginal[0], marginal[1], marginal[2]) = (named(0, AMOUNT), named(1, AMOUNT), named(2, 2 * AMOUNT));
        clear(pricesOf(1, 1, 1), marginal);
        uint256 fees = 2 * _atoms((28_000 + 25_000 / 2) * GAS_PRICE);
        vm.expectCall(tokenA, abi.encodeCall(TestToken(tokenA).transfer, (keeper.account, fees)), 1);
        claim(listOf(0, 1));
    }

    function test_a_fee_of_one_atom_is_set_aside_for_the_clearer() public {
        Intent memory intent = _paying(tokenA, tokenB);
        // An atom for what clearing costs, nothing for less.
        intent.feePerWei = uint128(1e18 / ((3_400 + (60_000 + 2 * 22_000) / 2) * GAS_PRICE) + 1);
        place(alice, intent);
        place(bob, _paying(tokenB, tokenA));
        vm.warp(LOCK);
        vm.prank(carol.account);
        auction.clear(W, pricesOf(1, 1, 1), _bothMarginal(), noProgress(), 2, 0);
        claim(listOf(0));
        assertEq(auction.feesOf(carol.account, tokenA), 1, "the clearer's");
    }

    function test_a_clearer_collects_what_is_set_aside_once() public {
        _traded();
        claim(listOf(0, 1));
        uint256 fees = auction.feesOf(carol.account, tokenA);
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = (tokenA, tokenB);
        uint256 before = balance(tokenA, bob.account);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Collect(carol.account, tokenA, bob.account, fees);
        vm.prank(carol.account);
        auction.collect(tokens, bob.account);
        assertEq(balance(tokenA, bob.account) - before, fees, "to whom the clearer says");
        assertEq(auction.feesOf(carol.account, tokenA), 0, "none are left");
        vm.prank(carol.account);
        auction.collect(tokens, bob.account);
        assertEq(balance(tokenA, bob.account) - before, fees, "once");
        vm.prank(keeper.account);
        auction.collect(tokens, keeper.account);
        assertLe(balance(tokenA, address(auction)), 1, "dust");
    }

    function test_rolling_pays_for_clearing_and_rolling_and_keeps_the_rest_as_budget() public {
        place(alice, _paying(tokenA, tokenB));
        vm.warp(LOCK);
        vm.prank(carol.account);
        auction.clear(W, pricesOf(1, 2, 1), noIds(), noProgress(), 1, 0);
        (, , uint256 weiPerOrder) = auction.clearingOf(W);
        uint256 clearing = _atoms(weiPerOrder);
        uint256 budget = _budgetOf(W, 0);
        uint256 before = balance(tokenA, keeper.account);
        uint256 held = balance(tokenA, address(auction));
        vm.prank(keeper.account);
        auction.roll(W, listOf(0));
        uint256 fee = balance(tokenA, keeper.account) - before;
        uint256 most = _atoms((66_000 + 25_000) * GAS_PRICE);
        assertLe(fee, most, "the caller's, so rounded that the rest can be kept");
        assertGe(fee, most - (1 << 36), "to 25 bits");
        assertEq(auction.feesOf(carol.account, tokenA), clearing, "the clearer's");
        assertEq(_budgetOf(W + 1, 0), budget - fee - clearing, "to the atom, nothing is lost");
        assertEq(balance(tokenA, address(auction)), held - fee, "held");
    }

    function test_rolling_for_less_than_a_budget_can_tell_takes_nothing() public {
        Intent memory intent = _paying(tokenA, tokenB);
        intent.feePerWei = 1000;
        place(alice, intent);
        vm.warp(LOCK);
        vm.prank(carol.account);
        auction.clear(W, pricesOf(1, 2, 1), noIds(), noProgress(), 1, 0);
        uint256 budget = _budgetOf(W, 0);
        vm.prank(keeper.account);
        auction.roll(W, listOf(0));
        assertEq(_budgetOf(W + 1, 0), budget, "budget");
        assertEq(auction.feesOf(carol.account, tokenA), 0, "clearer");
        assertEq(balance(tokenA, address(auction)), AMOUNT + budget, "held");
    }

    /// @dev As it is kept, a budget of 2^25 atoms and more has an exponent, and one below has none.
    function test_a_budget_that_rolling_makes_shorter_is_kept_anew() public {
        Intent memory intent = sell(tokenA, 2 * AMOUNT, tokenB, AMOUNT);
        intent.feePerWei = 1e9;
        intent.maxFee = uint128((1 << 25) + 10 + ((TX_GAS + 105_000) * GAS_PRICE) / 1e9);
        place(alice, intent);
        assertEq(_budgetOf(W, 0), (1 << 25) + 10, "before");
        vm.warp(LOCK);
        clear(pricesOf(1, 2, 1), noIds());
        uint256 held = balance(tokenA, address(auction));
        vm.prank(keeper.account);
        auction.roll(W, listOf(0));
        uint256 fees = held - balance(tokenA, address(auction)) + auction.feesOf(keeper.account, tokenA);
        assertTrue(fees > 10, "some");
        assertEq(_budgetOf(W + 1, 0), (1 << 25) + 10 - fees, "after");
    }

    function test_cancelling_and_refunding_cost_nothing() public {
        place(alice, _paying(tokenA, tokenB));
        uint256 fee = balance(tokenA, keeper.account) - FUNDS;
        vm.prank(alice.account);
        auction.cancel(W, listOf(0));
        assertChange(tokenA, alice, -int256(fee), "but for placing");
        place(bob, _paying(tokenB, tokenA));
        vm.warp(LOCK + TIMEOUT + 1);
        fee = balance(tokenB, keeper.account) - FUNDS;
        vm.prank(keeper.account);
        auction.refund(W, listOf(1));
        assertChange(tokenB, bob, -int256(fee), "but for placing");
    }

    /* THE CHAIN'S DATA FEE */

    function _deployWith(address dataFee) private {
        address[] memory tokens = new address[](3);
        (tokens[0], tokens[1], tokens[2]) = (tokenA, tokenB, tokenC);
        auction = deployAuction(tokens, TIP_CAP, dataFee, address(0));
        alice = makeTrader("alice of another auction");
        bob = makeTrader("bob of another auction");
    }

    function test_the_chains_data_fee_is_shared_and_its_price_per_gas_is_added() public {
        (uint256 without, , , ) = auction.costs(4, 2);
        _deployWith(address(new ScriptedAnswer(abi.encode(uint256(1 gwei), uint256(3)), false)));
        (uint256 placing, , , ) = auction.costs(4, 2);
        assertEq(placing, without + 1 gwei / 4 + (75_000 + 51_000 / 4) * 3, "placing");
    }

    function test_the_data_fee_is_asked_for_the_bytes_of_the_schedule() public {
        LinearDataFee dataFee = new LinearDataFee();
        _deployWith(address(dataFee));
        (uint256 placing, uint256 clearing, uint256 claiming, uint256 rolling) = auction.costs(3, 7);
        assertEq(placing, _share(dataFee, 30_000, 75_000, 250 + 3 * 180), "placing");
        assertEq(clearing, _share(dataFee, 60_000 + 7 * 22_000, 3_400, 300 + 7 * 20), "clearing");
        assertEq(claiming, _share(dataFee, 25_000, 28_000, 200 + 3 * 4), "claiming");
        assertEq(rolling, _share(dataFee, 25_000, 66_000, 200 + 3 * 4), "rolling");
    }

    /// @dev Of three orders.
    function _share(
        LinearDataFee dataFee,
        uint256 callGas,
        uint256 orderGas,
        uint256 size
    ) private pure returns (uint256) {
        (uint256 fee, uint256 weiPerGas) = dataFee.quote(size);
        weiPerGas += GAS_PRICE;
        return orderGas * weiPerGas + ((TX_GAS + callGas) * weiPerGas + fee) / 3;
    }

    function test_without_an_adapter_and_with_one_that_fails_data_costs_nothing() public {
        uint256 gasOnly = (TX_GAS + 105_000) * GAS_PRICE;
        (uint256 placing, , , ) = auction.costs(1, 2);
        assertEq(placing, gasOnly, "without");
        _deployWith(address(new ScriptedAnswer("", true)));
        (placing, , , ) = auction.costs(1, 2);
        assertEq(placing, gasOnly, "failing");
    }

    function test_an_adapter_that_fails_or_floods_keeps_nobody_from_what_is_theirs() public {
        _deployWith(address(new ScriptedAnswer("", true)));
        _traded();
        vm.prank(keeper.account);
        auction.claim(W, listOf(0, 1));
        assertLe(balance(tokenA, address(auction)), auction.feesOf(carol.account, tokenA) + 1, "paid out");

        vm.warp(START);
        _deployWith(address(new ScriptedAnswer(abi.encode(type(uint256).max, type(uint256).max), false)));
        (uint256 placing, , , ) = auction.costs(1, 2);
        assertEq(placing, type(uint88).max, "cut");
        _traded();
        vm.prank(keeper.account);
        auction.claim(W, listOf(0, 1));
        assertLe(balance(tokenA, address(auction)), auction.feesOf(carol.account, tokenA) + 1, "paid out");
    }
}
