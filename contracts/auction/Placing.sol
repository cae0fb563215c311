// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICallAuction} from "../interfaces/ICallAuction.sol";
import {ISignatureTransfer} from "../interfaces/ISignatureTransfer.sol";
import {AuctionOrder} from "../libraries/AuctionOrder.sol";
import {IntentHash, IntentPreimage} from "../libraries/IntentHash.sol";
import {IntentLoader} from "../libraries/IntentLoader.sol";
import {SignerRecovery} from "../libraries/SignerRecovery.sol";
import {SmallFloat} from "../libraries/SmallFloat.sol";
import {Intent} from "../types/Intent.sol";
import {Placement, Scheme} from "../types/Placement.sol";
import {AuctionBase} from "./AuctionBase.sol";

/// @title How intents become orders
/// @author The Walras developers
abstract contract Placing is AuctionBase, EIP712 {
    using SafeERC20 for IERC20;

    /// @dev The window that placements go into, and what each of them pays.
    struct Desk {
        bytes32 separator;
        uint256 window;
        uint256 lock;
        uint256 nextId;
        uint256 cost;
    }

    /// @dev A run of placements that sell one token, side by side: the fees, which are paid in one go, what the auction had of
    /// it before, and what has been pulled since.
    struct Till {
        address token;
        uint256 fees;
        uint256 balance;
        uint256 expected;
        Listing listing;
    }

    /// @dev The count fits 32 bits.
    uint256 internal constant MAX_ORDERS = type(uint32).max;

    /// @dev What Permit2 appends to its own type.
    string private constant WITNESS_TYPE =
        "Intent witness)Intent(address sellToken,address buyToken,address receiver,uint128 sellAmount,uint128 buyAmount,"
        "uint128 startBuyAmount,uint128 maxFee,uint128 feePerWei,uint32 validFrom,uint32 decayEnd,uint32 validTo,"
        "uint256 nonce,string kind,bool partiallyFillable,address settler,address condition,bytes conditionData)"
        "TokenPermissions(address token,uint256 amount)";

    /// @inheritdoc ICallAuction
    ISignatureTransfer public immutable PERMIT2;

    /* STORAGE */

    /// @inheritdoc ICallAuction
    mapping(address owner => mapping(uint256 word => uint256)) public nonceBitmap;
    /// @inheritdoc ICallAuction
    mapping(address owner => mapping(bytes32 intentHash => bool)) public isApproved;

    constructor(ISignatureTransfer permit2) EIP712("Walras", "1") {
        PERMIT2 = permit2;
    }

    /// @inheritdoc ICallAuction
    function place(
        Placement[] calldata placements
    ) external nonReentrant returns (uint256 window, uint256 firstId) {
        Desk memory desk = _openDesk();
        desk.separator = _domainSeparatorV4();
        desk.cost = _takeCost(_placing(), placements.length);
        (window, firstId) = (desk.window, desk.nextId);
        // Overwritten by each intent, so that memory does not grow with what is only needed once.
        IntentPreimage memory intent = IntentLoader.prepare();
        Window storage record = _windows[window];
        Till memory till;
        for (uint256 i = 0; i < placements.length; ++i) {
            Placement calldata placement = placements[i];
            IntentLoader.load(intent, placement.intent);
            if (intent.sellToken != till.token) _turn(i, intent.sellToken, till);
            _place(i, placement, intent, record, desk, till);
        }
        _turn(placements.length, address(0), till);
        _closeDesk(desk);
    }

    /* OWNERS */

    /// @inheritdoc ICallAuction
    function setApproval(bytes32 intentHash, bool approved) external {
        isApproved[msg.sender][intentHash] = approved;
        emit Approval(msg.sender, intentHash, approved);
    }

    /// @inheritdoc ICallAuction
    function cancelNonces(uint256 word, uint256 mask) external {
        nonceBitmap[msg.sender][word] |= mask;
        emit CancelNonces(msg.sender, word, mask);
    }

    /* VIEWS */

    /// @inheritdoc ICallAuction
    function isNonceSpent(address owner, uint256 nonce) external view returns (bool) {
        return nonceBitmap[owner][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    /// @inheritdoc ICallAuction
    function hashIntent(Intent calldata intent) external view returns (bytes32) {
        return _hashTypedDataV4(IntentHash.structHash(intent));
    }

    /// @inheritdoc ICallAuction
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /* ORDERS */

    /// @dev The count of orders is read once and written once; the guard keeps everybody out in between.
    function _openDesk() internal view returns (Desk memory desk) {
        desk.window = currentWindow();
        desk.lock = lockOf(desk.window);
        desk.nextId = _windows[desk.window].orderCount;
    }

    function _closeDesk(Desk memory desk) internal {
        _windows[desk.window].orderCount = uint32(desk.nextId);
    }

    /// @dev Takes the desk's next place in the window.
    function _append(
        Window storage record,
        Desk memory desk,
        uint256 terms,
        uint256 holding
    ) internal returns (uint256 id) {
        id = desk.nextId;
        unchecked {
            desk.nextId = id + 1;
        }
        record.terms[id] = terms;
        record.holdings[id] = holding;
    }

    /* PLACING */

    function _place(
        uint256 i,
        Placement calldata placement,
        IntentPreimage memory intent,
        Window storage record,
        Desk memory desk,
        Till memory till
    ) private {
        _checkIntent(i, intent, desk.lock);
        uint256 amount;
        unchecked {
            amount = intent.sellAmount - intent.maxFee;
        }
        uint256 terms = AuctionOrder.terms(
            amount,
            intent.buyAmount,
            _indexOf(i, intent.sellToken, amount, till.listing),
            _indexOf(i, intent.buyToken, intent.buyAmount, _listings[intent.buyToken])
        );
        bytes32 structHash = IntentHash.structHash(intent);
        bytes32 intentHash = MessageHashUtils.toTypedDataHash(desk.separator, structHash);
        address owner = _ownerOf(i, placement, intentHash);
        _spendNonce(i, owner, intent.nonce);

        uint256 fee = _fee(desk.cost, intent.feePerWei, intent.maxFee);
        uint256 budget = AuctionOrder.budgetFloat(intent.maxFee - fee);
        uint256 id = _write(i, intent, record, desk, owner, terms, budget);
        emit Place(intentHash, owner, desk.window, id, fee);

        uint256 pulled;
        unchecked {
            // Within sellAmount; sums are within what 2^32 orders could bring.
            pulled = amount + fee + SmallFloat.decode(budget);
            till.fees += fee;
            till.expected += pulled;
        }
        if (placement.scheme == Scheme.Permit2) {
            _pullByPermit(i, placement, owner, structHash, pulled);
        } else {
            require(
                IERC20(intent.sellToken).trySafeTransferFrom(owner, address(this), pulled),
                PullFailed(i, intent.sellToken, owner, pulled)
            );
        }
    }

    function _checkIntent(uint256 i, IntentPreimage memory intent, uint256 lock) private view {
        require(intent.kind == IntentHash.SELL, NotASell(i));
        require(intent.partiallyFillable, NotPartiallyFillable(i));
        require(intent.startBuyAmount == 0, DecayingLimit(i));
        require(intent.condition == address(0), HasCondition(i));
        address settler = intent.settler;
        require(settler == address(0) || settler == address(this), WrongSettler(i, settler));
        require(intent.validFrom <= lock, NotYetValid(i, intent.validFrom));
        require(intent.validTo >= lock, Expired(i, intent.validTo));
        (uint256 maxFee, uint256 feePerWei) = (intent.maxFee, intent.feePerWei);
        require(
            (maxFee == 0) == (feePerWei == 0) && maxFee <= intent.sellAmount,
            InvalidFee(i, maxFee, feePerWei)
        );
        require(intent.sellToken != intent.buyToken, SameToken(i, intent.sellToken));
    }

    function _indexOf(
        uint256 i,
        address token,
        uint256 amount,
        Listing memory listing
    ) private pure returns (uint256) {
        require(listing.place != 0, UnknownToken(i, token));
        require(amount >= listing.minimum && amount <= type(uint112).max, AmountOutOfRange(i, token, amount));
        unchecked {
            return listing.place - 1;
        }
    }

    function _spendNonce(uint256 i, address owner, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        mapping(uint256 => uint256) storage words = nonceBitmap[owner];
        uint256 bits = words[nonce >> 8];
        require(bits & bit == 0, NonceSpent(i, owner, nonce));
        words[nonce >> 8] = bits | bit;
    }

    function _write(
        uint256 i,
        IntentPreimage memory intent,
        Window storage record,
        Desk memory desk,
        address owner,
        uint256 terms,
        uint256 budget
    ) private returns (uint256 id) {
        require(desk.nextId < MAX_ORDERS, TooManyOrders(i));
        address receiver = intent.receiver;
        bool hasReceiver = receiver != address(0) && receiver != owner;
        uint256 holding = AuctionOrder.holding(owner, budget, intent.feePerWei, intent.validTo, hasReceiver);
        id = _append(record, desk, terms, holding);
        if (hasReceiver) record.receivers[id] = receiver;
    }

    /* OWNERSHIP */

    /// @dev For Permit2 the owner that is named: Permit2 refuses the transfer if the signature is not theirs.
    function _ownerOf(
        uint256 i,
        Placement calldata placement,
        bytes32 intentHash
    ) private view returns (address owner) {
        Scheme scheme = placement.scheme;
        owner = placement.owner;
        if (scheme == Scheme.Ecdsa) {
            address signer = _recover(intentHash, placement.signature);
            require(signer != address(0) && (owner == address(0) || owner == signer), InvalidSignature(i));
            return signer;
        }
        if (scheme == Scheme.Eip1271) {
            require(
                SignatureChecker.isValidERC1271SignatureNowCalldata(owner, intentHash, placement.signature),
                InvalidSignature(i)
            );
        } else if (scheme == Scheme.Approval) {
            require(isApproved[owner][intentHash], NotApproved(i, owner, intentHash));
        } else if (scheme == Scheme.Caller) {
            require(owner == address(0) || owner == msg.sender, InvalidSignature(i));
            return msg.sender;
        }
    }

    /// @return 0 if the signature is neither 64 nor 65 bytes, or recovers nobody.
    function _recover(bytes32 hash, bytes calldata signature) private view returns (address) {
        if (signature.length == 65) {
            return
                SignerRecovery.recover(
                    hash,
                    uint8(signature[64]),
                    uint256(bytes32(signature[:32])),
                    uint256(bytes32(signature[32:64]))
                );
        }
        if (signature.length != 64) return address(0);
        uint256 vs = uint256(bytes32(signature[32:]));
        return
            SignerRecovery.recover(
                hash,
                27 + (vs >> 255),
                uint256(bytes32(signature[:32])),
                vs & (type(uint256).max >> 1)
            );
    }

    /* TOKENS */

    /// @dev Ends a run of placements that sell one token: checks that all has come that was pulled, pays the fees, and begins
    /// a run of another one. 0 for none.
    function _turn(uint256 i, address token, Till memory till) private {
        if (till.token != address(0)) {
            uint256 balance = IERC20(till.token).balanceOf(address(this));
            if (balance != till.balance + till.expected) {
                uint256 received = balance > till.balance ? balance - till.balance : 0;
                revert WrongAmountReceived(i - 1, till.token, till.expected, received);
            }
            _pay(till.token, msg.sender, till.fees);
        }
        (till.token, till.fees, till.expected) = (token, 0, 0);
        if (token == address(0)) return;
        till.listing = _listings[token];
        require(till.listing.place != 0, UnknownToken(i, token));
        till.balance = IERC20(token).balanceOf(address(this));
    }

    function _pullByPermit(
        uint256 i,
        Placement calldata placement,
        address owner,
        bytes32 structHash,
        uint256 amount
    ) private {
        Intent calldata intent = placement.intent;
        try
            PERMIT2.permitWitnessTransferFrom(
                ISignatureTransfer.PermitTransferFrom({
                    permitted: ISignatureTransfer.TokenPermissions(intent.sellToken, intent.sellAmount),
                    nonce: intent.nonce,
                    deadline: intent.validTo
                }),
                ISignatureTransfer.SignatureTransferDetails(address(this), amount),
                owner,
                structHash,
                WITNESS_TYPE,
                placement.signature
            )
        {} catch (bytes memory reason) {
            revert PermitRefused(i, reason);
        }
    }
}
