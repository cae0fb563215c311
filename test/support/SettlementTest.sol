// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {FillEncoder, FillSpec} from "./FillEncoder.sol";
import {IntentDigest} from "./IntentDigest.sol";
import {Test} from "./Test.sol";

struct Actor {
    address account;
    uint256 key;
}

/// @dev A batch before it is signed and packed.
struct Draft {
    address[] tokens;
    uint128[] prices;
    FillSpec[] fills;
    uint16[2][] pairs;
    bytes callbackData;
}

/// @title What the settlement's tests stand on
/// @notice A settlement, three tokens A < B < C, three traders and a keeper with funds and allowances, and batches that
/// settle as they are, for a test to bend in one place.
abstract contract SettlementTest is Test {
    uint256 internal constant START_TIME = 1_800_000_000;
    uint128 internal constant FUNDS = 1_000_000;

    uint128 internal constant PRICE_A = 3;
    uint128 internal constant PRICE_B = 6;
    uint128 internal constant PRICE_C = 2;

    ISettlement internal settlement;
    address internal tokenA;
    address internal tokenB;
    address internal tokenC;
    Actor internal alice;
    Actor internal bob;
    Actor internal carol;
    Actor internal keeper;

    uint256 private _nonce;

    function setUp() public virtual {
        vm.warp(START_TIME);
        settlement = deploySettlement();
        tokenA = address(new TestToken("Token A", "A", 18));
        tokenB = address(new TestToken("Token B", "B", 6));
        tokenC = address(new TestToken("Token C", "C", 8));
        if (tokenA > tokenB) (tokenA, tokenB) = (tokenB, tokenA);
        if (tokenB > tokenC) (tokenB, tokenC) = (tokenC, tokenB);
        if (tokenA > tokenB) (tokenA, tokenB) = (tokenB, tokenA);
        alice = makeTrader("alice");
        bob = makeTrader("bob");
        carol = makeTrader("carol");
        keeper = makeTrader("keeper");
    }

    /* ACTORS */

    function makeActor(string memory name) internal returns (Actor memory actor) {
        actor.key = uint256(keccak256(bytes(name)));
        actor.account = vm.addr(actor.key);
        vm.label(actor.account, name);
    }

    /// @notice An actor with FUNDS of every token, all of them within the settlement's allowance.
    function makeTrader(string memory name) internal returns (Actor memory actor) {
        actor = makeActor(name);
        equip(actor.account, tokenA);
        equip(actor.account, tokenB);
        equip(actor.account, tokenC);
    }

    function equip(address account, address token) internal {
        TestToken(token).mint(account, FUNDS);
        vm.prank(account);
        IERC20(token).approve(address(settlement), type(uint256).max);
    }

    function balance(address token, Actor memory actor) internal view returns (uint256) {
        return IERC20(token).balanceOf(actor.account);
    }

    /// @notice Asserts what `actor` has of `token` beyond, or short of, what every trader began with.
    function assertChange(
        address token,
        Actor memory actor,
        int256 change,
        string memory name
    ) internal view {
        assertEq(int256(balance(token, actor)) - int256(uint256(FUNDS)), change, name);
    }

    /* INTENTS AND FILLS */

    function sellIntent(
        address sellToken,
        uint128 sellAmount,
        address buyToken,
        uint128 buyAmount
    ) internal returns (Intent memory intent) {
        intent.sellToken = sellToken;
        intent.buyToken = buyToken;
        intent.sellAmount = sellAmount;
        intent.buyAmount = buyAmount;
        intent.validTo = uint32(START_TIME + 1 hours);
        intent.nonce = _nonce++;
        intent.kind = "sell";
    }

    /// @notice A fill of the whole intent, to be signed by `owner` in 64 bytes.
    function whole(Actor memory owner, Intent memory intent) internal pure returns (FillSpec memory fill) {
        fill.intent = intent;
        fill.key = owner.key;
        fill.owner = owner.account;
        fill.executed = FillEncoder.isBuy(intent) ? intent.buyAmount : intent.sellAmount;
    }

    function sign(uint256 key, bytes32 digest, uint256 scheme) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        if (scheme == FillEncoder.COMPACT) return abi.encodePacked(r, compact(v, s));
        return abi.encodePacked(r, s, v);
    }

    /// @notice s with the parity of EIP-2098 in its highest bit.
    function compact(uint8 v, bytes32 s) internal pure returns (bytes32) {
        return bytes32(uint256(s) | (uint256(v - 27) << 255));
    }

    function hashOf(Intent memory intent) internal view returns (bytes32) {
        return IntentDigest.digest(intent, block.chainid, address(settlement));
    }

    function nonceOf(Draft memory draft, uint256 fill) internal pure returns (uint256) {
        return draft.fills[fill].intent.nonce;
    }

    /* DRAFTS */

    /// @notice Tokens A, B and C at prices 3, 6 and 2, and no fills.
    function emptyDraft(uint256 fills, uint256 pairs) internal view returns (Draft memory draft) {
        draft.tokens = new address[](3);
        draft.tokens[0] = tokenA;
        draft.tokens[1] = tokenB;
        draft.tokens[2] = tokenC;
        draft.prices = new uint128[](3);
        draft.prices[0] = PRICE_A;
        draft.prices[1] = PRICE_B;
        draft.prices[2] = PRICE_C;
        draft.fills = new FillSpec[](fills);
        draft.pairs = new uint16[2][](pairs);
    }

    /// @notice Alice sells 1,000 A for 500 B, Bob sells those for hers; both at their limit, nothing for the keeper.
    function crossing() internal returns (Draft memory draft) {
        draft = emptyDraft(2, 2);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1] = whole(bob, sellIntent(tokenB, 500, tokenA, 1000));
        draft.pairs[0] = [uint16(0), 1];
        draft.pairs[1] = [uint16(1), 0];
    }

    /// @notice One fill, for which the keeper takes and pays.
    function single(FillSpec memory fill) internal view returns (Draft memory draft) {
        draft = emptyDraft(1, 0);
        draft.fills[0] = fill;
    }

    /// @notice Alice sells 1,000 A for 500 B, at her limit, to the keeper.
    function aliceSells() internal returns (Draft memory) {
        return single(whole(alice, sellIntent(tokenA, 1000, tokenB, 500)));
    }

    /// @notice Alice buys 500 B for at most 1,000 A, at her limit, from the keeper.
    function aliceBuys() internal returns (Draft memory draft) {
        draft = aliceSells();
        draft.fills[0].intent.kind = "buy";
        draft.fills[0].executed = 500;
    }

    /// @notice Signs what has no signature yet, and packs.
    function build(Draft memory draft) internal view returns (Batch memory batch) {
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            FillSpec memory fill = draft.fills[i];
            if (fill.scheme == FillEncoder.APPROVED || fill.signature.length != 0) continue;
            fill.signature = sign(fill.key, hashOf(fill.intent), fill.scheme);
        }
        batch.tokens = draft.tokens;
        batch.prices = draft.prices;
        batch.fills = FillEncoder.encode(draft.fills, draft.tokens);
        batch.transfers = FillEncoder.encodeTransfers(draft.pairs);
        batch.callbackData = draft.callbackData;
    }

    /* SETTLING */

    function settle(Draft memory draft) internal {
        settle(build(draft));
    }

    function settle(Batch memory batch) internal {
        vm.prank(keeper.account);
        settlement.settle(batch);
    }

    /// @notice Expects the settlement to revert with exactly `reason`.
    function refuse(Draft memory draft, bytes memory reason) internal {
        refuse(build(draft), reason);
    }

    function refuse(Batch memory batch, bytes memory reason) internal {
        vm.prank(keeper.account);
        vm.expectRevert(reason);
        settlement.settle(batch);
    }
}
