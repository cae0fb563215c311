/** The ABI of the settlement contract. Made by scripts/generate-abi.ts; do not edit. */
export const settlementAbi = [
  {
    inputs: [
      { internalType: "uint256", name: "tipCap", type: "uint256" },
      { internalType: "contract IDataFee", name: "dataFee", type: "address" },
    ],
    stateMutability: "nonpayable",
    type: "constructor",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "AmountOverflow",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "validTo", type: "uint256" },
    ],
    name: "Expired",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "fee", type: "uint256" },
      { internalType: "uint256", name: "claimed", type: "uint256" },
      { internalType: "uint256", name: "cost", type: "uint256" },
    ],
    name: "FeeAboveCost",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "fee", type: "uint256" },
      { internalType: "uint256", name: "sold", type: "uint256" },
    ],
    name: "FeeTooHigh",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "claimed", type: "uint256" },
      { internalType: "uint256", name: "cost", type: "uint256" },
    ],
    name: "FeesAboveCost",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "fill", type: "uint256" }],
    name: "FillTruncated",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "startBuyAmount", type: "uint256" },
      { internalType: "uint256", name: "buyAmount", type: "uint256" },
    ],
    name: "InvalidDecay",
    type: "error",
  },
  { inputs: [], name: "InvalidShortString", type: "error" },
  {
    inputs: [{ internalType: "uint256", name: "fill", type: "uint256" }],
    name: "InvalidSignature",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "sold", type: "uint256" },
      { internalType: "uint256", name: "bought", type: "uint256" },
      { internalType: "uint256", name: "limitBuyAmount", type: "uint256" },
    ],
    name: "LimitNotMet",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "uint256", name: "nonce", type: "uint256" },
    ],
    name: "NonceSpent",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "bytes32", name: "intentHash", type: "bytes32" },
    ],
    name: "NotApproved",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "executed", type: "uint256" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "NotPartiallyFillable",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "validFrom", type: "uint256" },
    ],
    name: "NotYetValid",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "address", name: "condition", type: "address" },
    ],
    name: "OutcomeNotMet",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "executed", type: "uint256" },
      { internalType: "uint256", name: "remaining", type: "uint256" },
    ],
    name: "Overfilled",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "tokens", type: "uint256" },
      { internalType: "uint256", name: "prices", type: "uint256" },
    ],
    name: "PricesLengthMismatch",
    type: "error",
  },
  { inputs: [], name: "ReentrancyGuardReentrantCall", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "address", name: "token", type: "address" },
    ],
    name: "SameToken",
    type: "error",
  },
  { inputs: [{ internalType: "string", name: "str", type: "string" }], name: "StringTooLong", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "tokenIndex", type: "uint256" },
    ],
    name: "TokenIndexOutOfRange",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "index", type: "uint256" }],
    name: "TokensNotAscending",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "surplusBytes", type: "uint256" }],
    name: "TrailingFillBytes",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "address", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "address", name: "to", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "TransferFailed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "transfer", type: "uint256" },
      { internalType: "uint256", name: "fill", type: "uint256" },
    ],
    name: "TransferFillOutOfRange",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "transfer", type: "uint256" },
      { internalType: "uint256", name: "from", type: "uint256" },
      { internalType: "uint256", name: "to", type: "uint256" },
    ],
    name: "TransferTokenMismatch",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "length", type: "uint256" }],
    name: "TransfersTruncated",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "uint256", name: "flags", type: "uint256" },
    ],
    name: "UnknownFlags",
    type: "error",
  },
  { inputs: [{ internalType: "string", name: "kind", type: "string" }], name: "UnknownKind", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "fill", type: "uint256" },
      { internalType: "address", name: "settler", type: "address" },
    ],
    name: "WrongSettler",
    type: "error",
  },
  { inputs: [{ internalType: "uint256", name: "fill", type: "uint256" }], name: "ZeroFill", type: "error" },
  { inputs: [{ internalType: "uint256", name: "index", type: "uint256" }], name: "ZeroPrice", type: "error" },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "owner", type: "address" },
      { indexed: true, internalType: "bytes32", name: "intentHash", type: "bytes32" },
      { indexed: false, internalType: "bool", name: "approved", type: "bool" },
    ],
    name: "Approval",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "owner", type: "address" },
      { indexed: true, internalType: "uint256", name: "word", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "mask", type: "uint256" },
    ],
    name: "Cancel",
    type: "event",
  },
  { anonymous: false, inputs: [], name: "EIP712DomainChanged", type: "event" },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "bytes32", name: "intentHash", type: "bytes32" },
      { indexed: true, internalType: "address", name: "owner", type: "address" },
      { indexed: false, internalType: "uint256", name: "amounts", type: "uint256" },
    ],
    name: "Fill",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [{ indexed: true, internalType: "address", name: "keeper", type: "address" }],
    name: "Settle",
    type: "event",
  },
  {
    inputs: [],
    name: "DATA_FEE",
    outputs: [{ internalType: "contract IDataFee", name: "", type: "address" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "TIP_CAP",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256", name: "nonce", type: "uint256" }],
    name: "cancel",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "word", type: "uint256" },
      { internalType: "uint256", name: "mask", type: "uint256" },
    ],
    name: "cancelMany",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "domainSeparator",
    outputs: [{ internalType: "bytes32", name: "", type: "bytes32" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "eip712Domain",
    outputs: [
      { internalType: "bytes1", name: "fields", type: "bytes1" },
      { internalType: "string", name: "name", type: "string" },
      { internalType: "string", name: "version", type: "string" },
      { internalType: "uint256", name: "chainId", type: "uint256" },
      { internalType: "address", name: "verifyingContract", type: "address" },
      { internalType: "bytes32", name: "salt", type: "bytes32" },
      { internalType: "uint256[]", name: "extensions", type: "uint256[]" },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "count", type: "uint256" },
      { internalType: "bool", name: "isFresh", type: "bool" },
    ],
    name: "fillCost",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "uint256", name: "nonce", type: "uint256" },
    ],
    name: "filledAmount",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        components: [
          { internalType: "address", name: "sellToken", type: "address" },
          { internalType: "address", name: "buyToken", type: "address" },
          { internalType: "address", name: "receiver", type: "address" },
          { internalType: "uint128", name: "sellAmount", type: "uint128" },
          { internalType: "uint128", name: "buyAmount", type: "uint128" },
          { internalType: "uint128", name: "startBuyAmount", type: "uint128" },
          { internalType: "uint128", name: "maxFee", type: "uint128" },
          { internalType: "uint128", name: "feePerWei", type: "uint128" },
          { internalType: "uint32", name: "validFrom", type: "uint32" },
          { internalType: "uint32", name: "decayEnd", type: "uint32" },
          { internalType: "uint32", name: "validTo", type: "uint32" },
          { internalType: "uint256", name: "nonce", type: "uint256" },
          { internalType: "string", name: "kind", type: "string" },
          { internalType: "bool", name: "partiallyFillable", type: "bool" },
          { internalType: "address", name: "settler", type: "address" },
          { internalType: "address", name: "condition", type: "address" },
          { internalType: "bytes", name: "conditionData", type: "bytes" },
        ],
        internalType: "struct Intent",
        name: "intent",
        type: "tuple",
      },
    ],
    name: "hashIntent",
    outputs: [{ internalType: "bytes32", name: "", type: "bytes32" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "bytes32", name: "intentHash", type: "bytes32" },
    ],
    name: "isApproved",
    outputs: [{ internalType: "bool", name: "", type: "bool" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "uint256", name: "nonce", type: "uint256" },
    ],
    name: "isNonceSpent",
    outputs: [{ internalType: "bool", name: "", type: "bool" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "uint256", name: "word", type: "uint256" },
    ],
    name: "nonceBitmap",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "bytes32", name: "intentHash", type: "bytes32" },
      { internalType: "bool", name: "approved", type: "bool" },
    ],
    name: "setApproval",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        components: [
          { internalType: "address[]", name: "tokens", type: "address[]" },
          { internalType: "uint128[]", name: "prices", type: "uint128[]" },
          { internalType: "bytes", name: "fills", type: "bytes" },
          { internalType: "bytes", name: "transfers", type: "bytes" },
          { internalType: "bytes", name: "callbackData", type: "bytes" },
        ],
        internalType: "struct Batch",
        name: "batch",
        type: "tuple",
      },
    ],
    name: "settle",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
] as const;
