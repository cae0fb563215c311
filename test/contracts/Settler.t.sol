// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R5: anyone may settle, and only what the signer restricts is restricted.
contract SettlerTest is SettlementTest {
    uint8 internal constant CREATE = 0xf0;
    uint8 internal constant CALLCODE = 0xf2;
    uint8 internal constant DELEGATECALL = 0xf4;
    uint8 internal constant CREATE2 = 0xf5;
    uint8 internal constant SELFDESTRUCT = 0xff;

    function test_fuzz_anybody_may_settle_a_batch_that_pays_for_itself(address somebody) public {
        vm.assume(somebody != address(vm) && somebody != address(0));
        Batch memory batch = build(crossing());

        vm.prank(somebody);
        settlement.settle(batch);

        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_an_exclusive_settler_may_settle() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.settler = keeper.account;
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_nobody_but_the_exclusive_settler_may_settle() public {
        Draft memory draft = crossing();
        draft.fills[1].intent.settler = carol.account;
        refuse(draft, abi.encodeWithSelector(Errors.WrongSettler.selector, 1, carol.account));
    }

    function test_the_owner_is_no_exception_to_an_exclusive_settler() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.settler = keeper.account;
        Batch memory batch = build(draft);
        bytes memory reason = abi.encodeWithSelector(Errors.WrongSettler.selector, 0, keeper.account);

        vm.prank(alice.account);
        vm.expectRevert(reason);
        settlement.settle(batch);
    }

    function test_the_code_cannot_delegate_destroy_or_create() public view {
        bytes memory code = address(settlement).code;
        uint256 i = 0;
        while (i < code.length) {
            uint8 opcode = uint8(code[i]);
            bool forbidden =
                opcode == DELEGATECALL ||
                    opcode == CALLCODE ||
                    opcode == SELFDESTRUCT ||
                    opcode == CREATE ||
                    opcode == CREATE2;
            assertFalse(forbidden, "an opcode that could change the rules");
            // PUSH1 to PUSH32 carry data, which is no code.
            i += opcode >= 0x60 && opcode <= 0x7f ? opcode - 0x5e : 1;
        }
    }

    function test_the_settlement_takes_no_ether() public {
        assertGe(address(this).balance, 2, "ether to send");
        (bool success, ) = address(settlement).call{value: 1}("");
        assertFalse(success, "plain ether");
        (success, ) = address(settlement).call{value: 1}(abi.encodeCall(settlement.cancel, (0)));
        assertFalse(success, "ether with a call");
    }
}
