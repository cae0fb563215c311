// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R3: tokens move from payer to payee; the settlement never holds a balance.
contract TransfersTest is SettlementTest {
    /* DIRECT */

    function test_a_crossing_pair_settles_by_two_direct_transfers() public {
        Draft memory draft = crossing();
        _expectTransfer(tokenA, alice.account, bob.account, 1000);
        _expectTransfer(tokenB, bob.account, alice.account, 500);
        vm.recordLogs();

        settle(draft);

        // Two Fills, two Transfers, one Settle: nothing went through the keeper or the settlement.
        assertEq(vm.getRecordedLogs().length, 5, "logs");
        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenB, bob, -500, "Bob gave");
        assertChange(tokenA, bob, 1000, "Bob got");
        _settlementHoldsNothing();
    }

    function test_a_ring_of_three_settles_without_the_keeper() public {
        Draft memory draft = emptyDraft(3, 3);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 200, tokenB, 100));
        draft.fills[1] = whole(bob, sellIntent(tokenB, 100, tokenC, 300));
        draft.fills[2] = whole(carol, sellIntent(tokenC, 300, tokenA, 200));
        draft.pairs[0] = [uint16(0), 2];
        draft.pairs[1] = [uint16(1), 0];
        draft.pairs[2] = [uint16(2), 1];
        vm.recordLogs();

        settle(draft);

        assertEq(vm.getRecordedLogs().length, 7, "logs");
        assertChange(tokenB, alice, 100, "Alice got");
        assertChange(tokenC, bob, 300, "Bob got");
        assertChange(tokenA, carol, 200, "Carol got");
        _settlementHoldsNothing();
    }

    function test_one_atom_that_is_still_due_is_paid_by_the_keeper() public {
        Draft memory draft = emptyDraft(3, 3);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1] = whole(bob, sellIntent(tokenB, 499, tokenA, 998));
        draft.fills[2] = whole(carol, sellIntent(tokenB, 1, tokenA, 2));
        draft.pairs[0] = [uint16(0), 1];
        draft.pairs[1] = [uint16(1), 0];
        // Carol's atom goes to the keeper. Alice then owes nothing, and has to get this one atom and no more.
        draft.pairs[2] = [uint16(0), 2];

        settle(draft);

        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenB, keeper, 0, "the keeper kept nothing");
    }

    function test_a_receiver_gets_what_the_owner_bought() public {
        Draft memory draft = crossing();
        draft.fills[0].intent.receiver = carol.account;

        settle(draft);

        assertChange(tokenB, carol, 500, "the receiver got");
        assertChange(tokenB, alice, 0, "the owner got nothing");
        assertChange(tokenA, alice, -1000, "the owner gave");
        assertChange(tokenA, carol, 0, "the receiver gave nothing");
    }

    function test_a_receiver_is_paid_by_the_keeper_too() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.receiver = carol.account;
        settle(draft);
        assertChange(tokenB, carol, 500, "the receiver got");
        assertChange(tokenB, alice, 0, "the owner got nothing");
    }

    function test_a_large_seller_serves_many_buyers_along_a_chain() public {
        // Alice sells 1,000 A; Bob buys 600 of them and Carol 400.
        Draft memory draft = _oneSellerTwoBuyers();
        draft.pairs[0] = [uint16(0), 1];
        draft.pairs[1] = [uint16(0), 2];
        draft.pairs[2] = [uint16(1), 0];
        draft.pairs[3] = [uint16(2), 0];
        _expectTransfer(tokenA, alice.account, bob.account, 600);
        _expectTransfer(tokenA, alice.account, carol.account, 400);
        _expectTransfer(tokenB, bob.account, alice.account, 300);
        _expectTransfer(tokenB, carol.account, alice.account, 200);

        settle(draft);

        _keeperIsNeitherRicherNorPoorer();
        _settlementHoldsNothing();
    }

    function test_a_pair_that_is_listed_twice_moves_nothing_the_second_time() public {
        Draft memory draft = _oneSellerTwoBuyers();
        draft.pairs[0] = [uint16(0), 1];
        draft.pairs[1] = [uint16(0), 1];
        draft.pairs[2] = [uint16(0), 1];
        draft.pairs[3] = [uint16(0), 2];
        _expectTransfer(tokenA, alice.account, bob.account, 600);
        _expectTransfer(tokenA, alice.account, carol.account, 400);
        vm.recordLogs();

        settle(draft);

        // Three Fills, two direct transfers of A, four of B by way of the keeper, one Settle.
        assertEq(vm.getRecordedLogs().length, 3 + 2 + 3 + 1, "logs");
        _keeperIsNeitherRicherNorPoorer();
    }

    function test_pairs_can_come_in_any_order() public {
        Draft memory draft = _oneSellerTwoBuyers();
        draft.pairs[0] = [uint16(2), 0];
        draft.pairs[1] = [uint16(0), 2];
        draft.pairs[2] = [uint16(1), 0];
        draft.pairs[3] = [uint16(0), 1];
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenA, bob, 600, "Bob got");
        assertChange(tokenA, carol, 400, "Carol got");
        _keeperIsNeitherRicherNorPoorer();
    }

    /* BY WAY OF THE KEEPER */

    function test_without_any_pairs_everything_goes_by_way_of_the_keeper() public {
        Draft memory draft = crossing();
        draft.pairs = new uint16[2][](0);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenA, bob, 1000, "Bob got");
        _keeperIsNeitherRicherNorPoorer();
        _settlementHoldsNothing();
    }

    function test_what_sellers_give_beyond_what_buyers_get_goes_to_the_keeper() public {
        Draft memory draft = crossing();
        draft.fills[1].intent.sellAmount = 400;
        draft.fills[1].intent.buyAmount = 800;
        draft.fills[1].executed = 400;

        settle(draft);

        assertChange(tokenA, bob, 800, "Bob got");
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenA, keeper, 200, "the keeper got what Bob did not buy");
        assertChange(tokenB, keeper, -100, "the keeper gave what Bob did not sell");
    }

    function test_a_shortfall_that_the_keeper_does_not_cover_reverts_and_names_the_fill() public {
        Draft memory draft = crossing();
        draft.pairs[1] = [uint16(0), 1];
        draft.fills[1].intent.sellAmount = 499;
        draft.fills[1].intent.buyAmount = 998;
        draft.fills[1].executed = 499;
        vm.prank(keeper.account);
        IERC20(tokenB).approve(address(settlement), 0);

        refuse(
            draft,
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                tokenB,
                keeper.account,
                alice.account,
                500
            )
        );
    }

    function test_an_owner_without_funds_reverts_and_names_the_fill() public {
        Draft memory draft = crossing();
        vm.prank(bob.account);
        IERC20(tokenB).transfer(carol.account, FUNDS - 499);

        refuse(draft, _failed(1, tokenB, bob.account, alice.account, 500));
    }

    function test_an_owner_without_allowance_reverts_and_names_the_fill() public {
        Draft memory draft = aliceSells();
        vm.prank(alice.account);
        IERC20(tokenA).approve(address(settlement), 999);

        refuse(draft, _failed(0, tokenA, alice.account, keeper.account, 1000));
    }

    function test_one_payment_does_not_serve_two_intents() public {
        // The keeper can pay one of Alice's two intents, which want the same of the same token.
        Draft memory draft = emptyDraft(2, 0);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        vm.prank(keeper.account);
        IERC20(tokenB).transfer(carol.account, FUNDS - 500);

        refuse(draft, _failed(1, tokenB, keeper.account, alice.account, 500));
    }

    function test_an_owner_can_be_the_keeper() public {
        Draft memory draft = crossing();
        Batch memory batch = build(draft);
        vm.prank(alice.account);
        settlement.settle(batch);
        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    /* PAIRS THAT ARE WRONG */

    function test_a_list_of_pairs_that_is_cut_reverts() public {
        for (uint256 surplus = 1; surplus < 4; ++surplus) {
            Batch memory batch = build(crossing());
            batch.transfers = bytes.concat(batch.transfers, new bytes(surplus));
            refuse(batch, abi.encodeWithSelector(Errors.TransfersTruncated.selector, 8 + surplus));
        }
    }

    function test_a_pair_that_names_no_fill_reverts() public {
        Draft memory draft = crossing();
        draft.pairs[1] = [uint16(2), 0];
        refuse(draft, abi.encodeWithSelector(Errors.TransferFillOutOfRange.selector, 1, 2));

        draft.pairs[1] = [uint16(1), 2];
        refuse(draft, abi.encodeWithSelector(Errors.TransferFillOutOfRange.selector, 1, 2));

        draft.pairs[1] = [uint16(1), type(uint16).max];
        refuse(draft, abi.encodeWithSelector(Errors.TransferFillOutOfRange.selector, 1, type(uint16).max));
    }

    function test_a_pair_whose_tokens_differ_reverts() public {
        Draft memory draft = _oneSellerTwoBuyers();
        for (uint16 i = 0; i < 3; ++i) draft.pairs[i] = [uint16(0), 1];
        draft.pairs[3] = [uint16(1), 2];
        refuse(draft, abi.encodeWithSelector(Errors.TransferTokenMismatch.selector, 3, 1, 2));
    }

    function test_a_fill_paired_with_itself_reverts() public {
        Draft memory draft = crossing();
        draft.pairs[0] = [uint16(1), 1];
        refuse(draft, abi.encodeWithSelector(Errors.TransferTokenMismatch.selector, 0, 1, 1));
    }

    /* HELPERS */

    function _oneSellerTwoBuyers() private returns (Draft memory draft) {
        draft = emptyDraft(3, 4);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1] = whole(bob, sellIntent(tokenB, 300, tokenA, 600));
        draft.fills[2] = whole(carol, sellIntent(tokenB, 200, tokenA, 400));
    }

    function _expectTransfer(address token, address from, address to, uint256 amount) private {
        vm.expectCall(token, abi.encodeCall(IERC20.transferFrom, (from, to, amount)), 1);
    }

    function _failed(
        uint256 fill,
        address token,
        address from,
        address to,
        uint256 amount
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.TransferFailed.selector, fill, token, from, to, amount);
    }

    function _keeperIsNeitherRicherNorPoorer() private view {
        assertChange(tokenA, keeper, 0, "the keeper's A");
        assertChange(tokenB, keeper, 0, "the keeper's B");
        assertChange(tokenC, keeper, 0, "the keeper's C");
    }

    function _settlementHoldsNothing() private view {
        assertEq(IERC20(tokenA).balanceOf(address(settlement)), 0, "the settlement's A");
        assertEq(IERC20(tokenB).balanceOf(address(settlement)), 0, "the settlement's B");
        assertEq(IERC20(tokenC).balanceOf(address(settlement)), 0, "the settlement's C");
    }
}
