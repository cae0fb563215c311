// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ICallAuction} from "../interfaces/ICallAuction.sol";
import {INativeIntents} from "../interfaces/INativeIntents.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {IWrappedNative} from "../interfaces/IWrappedNative.sol";
import {IntentHash} from "../libraries/IntentHash.sol";
import {Intent} from "../types/Intent.sol";
import {NativeReceiver} from "./NativeReceiver.sol";

/// @title NativeIntents
/// @author The Walras developers
/// @notice Sells and buys the chain's own coin by intents. See `INativeIntents`.
/// @dev Why the deposits are safe although one contract holds them all and the settlement has an allowance for all of them.
///
/// 1. The settlement takes from this contract only for an intent that `isValidSignature` accepts, that is whose hash is
///    recorded; it is recorded only with its `sellAmount` of the wrapped coin paid in, and it sells nothing else. This
///    contract approves no intent on chain.
/// 2. Each recorded intent has a nonce of its own, for ever: a nonce is refused if it has a record, and what loses its
///    record has its nonce spent at that moment, by `cancel`. So the settlement's `filledAmount` and spent bit of the
///    nonce speak of this one intent, and what is left of it is
///    `isNonceSpent ? 0 : sellAmount - filledAmount`.
///    Spent means filled whole here, because only this contract could cancel, and then there is no record any more.
/// 3. The settlement takes at most `sellAmount - left` for it (R4), and counts a fill before it moves the first token.
///    A depositor that is called in the midst of a batch (by a token, by the keeper) and withdraws thus gets what the
///    batch does not take, and what is on its way to a buyer is still here when the settlement comes to take it.
/// 4. So at any moment, the wrapped coin that is here covers what is left of all deposits, and what is on its way. It is
///    never read as a balance: a gift changes nothing, and stays here for ever.
/// 5. A refund deletes the record and spends the nonce before the coin is sent, and the guard is closed: a depositor that
///    comes back in the midst of it finds no deposit. One that refuses the coin stops its own refund and nobody else's,
///    and can `withdraw` to another account.
/// 6. What is sold in a sealed window is no deposit: the coin goes through to the user's receiver, which owns the order. An
///    auction that means harm can take from the receiver of the user who has named it what this user has sent, and no more.
contract NativeIntents is INativeIntents, ReentrancyGuardTransient {
    ISettlement private immutable _SETTLEMENT;
    IWrappedNative private immutable _WRAPPED;
    address private immutable _RECEIVER_CODE;

    /* STORAGE */

    /// @inheritdoc INativeIntents
    mapping(uint256 nonce => bytes32 structHash) public depositOf;

    /* CONSTRUCTOR */

    constructor(ISettlement settlement, IWrappedNative wrapped) {
        _SETTLEMENT = settlement;
        _WRAPPED = wrapped;
        _RECEIVER_CODE = address(new NativeReceiver(wrapped));
        wrapped.approve(address(settlement), type(uint256).max);
    }

    receive() external payable {
        require(msg.sender == address(_WRAPPED), NotWrappedNative(msg.sender));
    }

    /* SELLING THE COIN */

    /// @inheritdoc INativeIntents
    function deposit(Intent calldata intent) external payable nonReentrant returns (bytes32 intentHash) {
        _checkSale(intent);
        uint256 nonce = intent.nonce;
        require(_depositorOf(nonce) == msg.sender, NotDepositorsNonce(nonce, msg.sender));
        require(depositOf[nonce] == 0 && !_SETTLEMENT.isNonceSpent(address(this), nonce), NonceUsed(nonce));

        bytes32 structHash = IntentHash.structHash(intent);
        intentHash = _digest(structHash);
        depositOf[nonce] = structHash;
        _WRAPPED.deposit{value: msg.value}();
        emit Deposit(intentHash, msg.sender, intent);
    }

    /// @inheritdoc INativeIntents
    function withdraw(Intent calldata intent, address to) external nonReentrant {
        address depositor = _depositorOf(intent.nonce);
        require(msg.sender == depositor, NotDepositor(msg.sender, depositor));
        _refund(intent, to);
    }

    /// @inheritdoc INativeIntents
    function refund(Intent calldata intent) external nonReentrant {
        require(block.timestamp > intent.validTo, NotExpired(intent.validTo));
        _refund(intent, _depositorOf(intent.nonce));
    }

    /// @inheritdoc IERC1271
    /// @dev Says no more than "this intent is deposited": a hash is an EIP-712 digest of the settlement's own domain, so it
    /// means nothing to anybody else.
    function isValidSignature(
        bytes32 intentHash,
        bytes calldata signature
    ) external view override returns (bytes4) {
        bytes32 structHash = signature.length == 32 ? depositOf[uint256(bytes32(signature))] : bytes32(0);
        bool isDeposited = structHash != 0 && _digest(structHash) == intentHash;
        return isDeposited ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function _checkSale(Intent calldata intent) private view {
        require(
            intent.sellToken == address(_WRAPPED) && keccak256(bytes(intent.kind)) == IntentHash.SELL,
            NotNativeSale(intent.sellToken, intent.kind)
        );
        require(
            msg.value != 0 && intent.sellAmount == msg.value,
            ValueMismatch(msg.value, intent.sellAmount)
        );
        require(
            intent.receiver != address(0) && intent.receiver != address(this),
            InvalidReceiver(intent.receiver)
        );
    }

    /// @dev The intent is the one that was deposited: its hash is, so all of its fields are.
    function _refund(Intent calldata intent, address to) private {
        uint256 nonce = intent.nonce;
        bytes32 structHash = IntentHash.structHash(intent);
        bytes32 intentHash = _digest(structHash);
        require(depositOf[nonce] == structHash, UnknownDeposit(intentHash));

        uint256 left = 0;
        if (!_SETTLEMENT.isNonceSpent(address(this), nonce)) {
            left = intent.sellAmount - _SETTLEMENT.filledAmount(address(this), nonce);
            _SETTLEMENT.cancel(nonce);
        }
        delete depositOf[nonce];
        emit Refund(intentHash, to, left);

        if (left == 0) return;
        _WRAPPED.withdraw(left);
        require(LowLevelCall.callNoReturn(to, left, ""), CoinRefused(to, left));
    }

    /// @dev The record is the struct hash, which stays when a chain is split and its id changes; the digest does not.
    function _digest(bytes32 structHash) private view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(_SETTLEMENT.domainSeparator(), structHash);
    }

    function _depositorOf(uint256 nonce) private pure returns (address) {
        return address(uint160(nonce >> 96));
    }

    /* BUYING THE COIN */

    /// @inheritdoc INativeIntents
    function receiverOf(address user) public view returns (address) {
        return
            Clones.predictDeterministicAddress(
                _RECEIVER_CODE,
                bytes32(uint256(uint160(user))),
                address(this)
            );
    }

    /// @inheritdoc INativeIntents
    function unwrap(address user) external nonReentrant {
        _receiverOf(user).pay(address(0), user);
    }

    /// @inheritdoc INativeIntents
    function claim(address token, address to) external nonReentrant {
        _receiverOf(msg.sender).pay(token, to);
    }

    /* SELLING THE COIN IN A SEALED WINDOW */

    /// @inheritdoc INativeIntents
    function placeSealed(
        ICallAuction auction,
        Intent calldata intent
    ) external payable nonReentrant returns (uint256 window, uint256 id) {
        _checkSale(intent);
        (window, id) = _receiverOf(msg.sender).place{value: msg.value}(auction, intent);
        emit PlaceSealed(msg.sender, address(auction), window, id);
    }

    /// @inheritdoc INativeIntents
    function cancelSealed(
        ICallAuction auction,
        uint256 window,
        uint256[] calldata ids,
        address to
    ) external nonReentrant {
        NativeReceiver receiver = _receiverOf(msg.sender);
        receiver.cancel(auction, window, ids);
        receiver.pay(address(0), to);
    }

    /// @inheritdoc INativeIntents
    function claimSealed(
        ICallAuction auction,
        uint256 window,
        uint256 id,
        address token,
        address to
    ) external nonReentrant {
        NativeReceiver receiver = _receiverOf(msg.sender);
        receiver.claim(auction, window, id);
        receiver.pay(address(0), to);
        receiver.pay(token, to);
    }

    /* RECEIVERS */

    /// @dev The receiver, made if it is not there.
    function _receiverOf(address user) private returns (NativeReceiver) {
        address receiver = receiverOf(user);
        if (receiver.code.length == 0) {
            Clones.cloneDeterministic(_RECEIVER_CODE, bytes32(uint256(uint160(user))));
        }
        return NativeReceiver(payable(receiver));
    }
}
