// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {Placement, Scheme} from "../../../contracts/types/Placement.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";
import {IntentDigest} from "../../support/IntentDigest.sol";
import {Actor} from "../../support/SettlementTest.sol";

/// @dev Intents that Permit2 funds, by its own code. Nobody allows the auction anything.
contract AuctionPermit2Test is AuctionTest {
    address private constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    /// @dev Errors of Permit2 and of the library that it moves tokens by.
    bytes4 private constant INVALID_SIGNER = bytes4(keccak256("InvalidSigner()"));
    bytes4 private constant INVALID_NONCE = bytes4(keccak256("InvalidNonce()"));
    bytes4 private constant ERROR = bytes4(keccak256("Error(string)"));

    function setUp() public override {
        super.setUp();
        string memory file = vm.readFile("node_modules/@1inch/solidity-utils/dist/src/permit2.json");
        vm.etch(PERMIT2, vm.parseJsonBytes(file, ".bytecode"));
        address[] memory tokens = new address[](3);
        (tokens[0], tokens[1], tokens[2]) = (tokenA, tokenB, tokenC);
        auction = deployAuction(tokens, TIP_CAP, address(0), PERMIT2);
        vm.prank(alice.account);
        TestToken(tokenA).approve(PERMIT2, type(uint256).max);
    }

    function _permitted(
        Actor memory owner,
        Intent memory intent
    ) private view returns (Placement memory placement) {
        placement.intent = intent;
        (placement.scheme, placement.owner) = (Scheme.Permit2, owner.account);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.key, _digest(intent));
        placement.signature = abi.encodePacked(r, s, v);
    }

    /// @dev What the owner signs for Permit2, written from its types alone.
    function _digest(Intent memory intent) private view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
                keccak256("Permit2"),
                block.chainid,
                PERMIT2
            )
        );
        bytes32 permitted = keccak256(
            abi.encode(
                keccak256("TokenPermissions(address token,uint256 amount)"),
                intent.sellToken,
                intent.sellAmount
            )
        );
        bytes32 typeHash = keccak256(
            "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Intent witness)Intent(address sellToken,address buyToken,address receiver,uint128 sellAmount,uint128 buyAmount,uint128 startBuyAmount,uint128 maxFee,uint128 feePerWei,uint32 validFrom,uint32 decayEnd,uint32 validTo,uint256 nonce,string kind,bool partiallyFillable,address settler,address condition,bytes conditionData)TokenPermissions(address token,uint256 amount)"
        );
        bytes32 message = keccak256(
            abi.encode(
                typeHash,
                permitted,
                address(auction),
                intent.nonce,
                uint256(intent.validTo),
                IntentDigest.structHash(intent)
            )
        );
        return keccak256(bytes.concat(hex"1901", separator, message));
    }

    function _refused(bytes memory reason) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICallAuctionErrors.PermitRefused.selector, 0, reason);
    }

    function test_one_signature_allows_an_intent_and_funds_it() public {
        Intent memory intent = plain();
        intent.nonce = 256 * 5 + 9;
        (intent.maxFee, intent.feePerWei) = (7 << 20, 1e18);
        uint256 id = place(_permitted(alice, intent));
        assertEq(auction.orders(W, id, 1)[0].owner, alice.account, "owner");
        assertEq(auction.orders(W, id, 1)[0].budget, 7 << 20, "budget");
        assertHeld(tokenA, 100 * UNIT, "the amount and the budget, to the atom");
        assertChange(tokenA, alice, -int256(uint256(100 * UNIT)), "given");
        assertTrue(auction.isNonceSpent(alice.account, intent.nonce), "spent here");
    }

    function test_permit2_is_asked_for_what_is_pulled_and_no_more() public {
        vm.fee(1 gwei);
        vm.txGasPrice(1 gwei);
        Intent memory intent = plain();
        // A quarter of what is sold, of which the budget keeps 25 bits: some of what may be moved is not.
        (intent.maxFee, intent.feePerWei) = ((25 * UNIT) | 1, 1e4);
        place(_permitted(alice, intent));
        uint256 fee = (uint256(126_000 gwei) * 1e4) / 1e18;
        uint256 budget = auction.orders(W, 0, 1)[0].budget;
        assertTrue(budget + fee < intent.maxFee, "rounded down");
        assertChange(
            tokenA,
            alice,
            -int256(uint256(intent.sellAmount - intent.maxFee) + fee + budget),
            "given"
        );
        assertChange(tokenA, keeper, int256(fee), "the fee");
    }

    function test_what_permit2_refuses_is_handed_on_with_its_reason() public {
        Intent memory intent = plain();
        Placement memory placement = _permitted(alice, intent);
        placement.intent.buyAmount -= 1;
        refuse(placement, _refused(abi.encodeWithSelector(INVALID_SIGNER)));

        placement = _permitted(bob, plain());
        refuse(placement, _refused(abi.encodeWithSelector(ERROR, "TRANSFER_FROM_FAILED")));
        placement.owner = alice.account;
        refuse(placement, _refused(abi.encodeWithSelector(INVALID_SIGNER)));
    }

    function test_a_nonce_that_permit2_knows_as_spent_is_refused() public {
        Intent memory intent = plain();
        Placement memory placement = _permitted(alice, intent);
        vm.prank(alice.account);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, ) = PERMIT2.call(
            abi.encodeWithSignature(
                "invalidateUnorderedNonces(uint256,uint256)",
                intent.nonce >> 8,
                1 << (intent.nonce & 0xff)
            )
        );
        assertTrue(success, "spent in Permit2");
        refuse(placement, _refused(abi.encodeWithSelector(INVALID_NONCE)));
    }

    function test_an_allowance_to_permit2_is_of_no_use_to_other_schemes_nor_one_to_the_auction_to_permit2()
        public
    {
        Placement memory placement = _permitted(alice, plain());
        vm.prank(alice.account);
        TestToken(tokenA).approve(PERMIT2, 0);
        vm.prank(alice.account);
        TestToken(tokenA).approve(address(auction), type(uint256).max);
        refuse(placement, _refused(abi.encodeWithSelector(ERROR, "TRANSFER_FROM_FAILED")));
    }

    function test_the_auction_says_which_permit2_it_asks() public view {
        assertEq(address(auction.PERMIT2()), PERMIT2, "Permit2");
    }
}
