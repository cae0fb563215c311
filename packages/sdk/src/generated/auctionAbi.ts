/** The ABI of a call auction. Made by scripts/generate-abi.ts; do not edit. */
export const auctionAbi = [
  {
    inputs: [{ internalType: "uint256", name: "window", type: "uint256" }],
    name: "AlreadyCleared",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "AmountOutOfRange",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "id", type: "uint256" }],
    name: "BoughtOverflow",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "placement", type: "uint256" }],
    name: "DecayingLimit",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "uint256", name: "validTo", type: "uint256" },
    ],
    name: "Expired",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "placement", type: "uint256" }],
    name: "HasCondition",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "uint256", name: "maxFee", type: "uint256" },
      { internalType: "uint256", name: "feePerWei", type: "uint256" },
    ],
    name: "InvalidFee",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "id", type: "uint256" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "InvalidMarginal",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "tokens", type: "uint256" },
      { internalType: "uint256", name: "minimums", type: "uint256" },
    ],
    name: "InvalidMarket",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "placement", type: "uint256" }],
    name: "InvalidSignature",
    type: "error",
  },
  { inputs: [], name: "InvalidWindowLength", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "lock", type: "uint256" },
    ],
    name: "Locked",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "index", type: "uint256" },
      { internalType: "uint256", name: "minimum", type: "uint256" },
    ],
    name: "MinimumTooLow",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "id", type: "uint256" },
    ],
    name: "NoOrder",
    type: "error",
  },
  { inputs: [{ internalType: "uint256", name: "window", type: "uint256" }], name: "NoOrders", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "uint256", name: "nonce", type: "uint256" },
    ],
    name: "NonceSpent",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "placement", type: "uint256" }],
    name: "NotASell",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "bytes32", name: "intentHash", type: "bytes32" },
    ],
    name: "NotApproved",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "window", type: "uint256" }],
    name: "NotCleared",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "lock", type: "uint256" },
    ],
    name: "NotLocked",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "id", type: "uint256" },
      { internalType: "address", name: "owner", type: "address" },
    ],
    name: "NotOwner",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "placement", type: "uint256" }],
    name: "NotPartiallyFillable",
    type: "error",
  },
  { inputs: [{ internalType: "uint256", name: "window", type: "uint256" }], name: "NotVoid", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "uint256", name: "validFrom", type: "uint256" },
    ],
    name: "NotYetValid",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "token", type: "address" },
      { internalType: "address", name: "to", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "PayFailed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "bytes", name: "reason", type: "bytes" },
    ],
    name: "PermitRefused",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "token", type: "uint256" }],
    name: "PriceNotNormalised",
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
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "token", type: "address" },
      { internalType: "address", name: "owner", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "PullFailed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "token", type: "address" },
    ],
    name: "SameToken",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "token", type: "uint256" },
      { internalType: "uint256", name: "sold", type: "uint256" },
    ],
    name: "SoldToNobody",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "token", type: "uint256" },
      { internalType: "uint256", name: "sold", type: "uint256" },
      { internalType: "uint256", name: "bought", type: "uint256" },
    ],
    name: "SoldTooLittle",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "id", type: "uint256" },
    ],
    name: "StillValid",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "index", type: "uint256" }],
    name: "TokensNotAscending",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "placement", type: "uint256" }],
    name: "TooManyOrders",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "token", type: "address" },
    ],
    name: "UnknownToken",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "index", type: "uint256" }],
    name: "UnusedMarginal",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "deadline", type: "uint256" },
    ],
    name: "Void",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
      { internalType: "uint256", name: "received", type: "uint256" },
    ],
    name: "WrongAmountReceived",
    type: "error",
  },
  {
    inputs: [{ internalType: "bytes32", name: "key", type: "bytes32" }],
    name: "WrongProgress",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "placement", type: "uint256" },
      { internalType: "address", name: "settler", type: "address" },
    ],
    name: "WrongSettler",
    type: "error",
  },
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
      { indexed: true, internalType: "uint256", name: "window", type: "uint256" },
      { indexed: true, internalType: "uint256", name: "id", type: "uint256" },
    ],
    name: "Cancel",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "owner", type: "address" },
      { indexed: true, internalType: "uint256", name: "word", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "mask", type: "uint256" },
    ],
    name: "CancelNonces",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "uint256", name: "window", type: "uint256" },
      { indexed: true, internalType: "uint256", name: "id", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "executed", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "bought", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "fee", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "returned", type: "uint256" },
    ],
    name: "Claim",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "uint256", name: "window", type: "uint256" },
      { indexed: true, internalType: "address", name: "clearer", type: "address" },
      { indexed: false, internalType: "bytes32", name: "key", type: "bytes32" },
      { indexed: false, internalType: "uint256", name: "weiPerOrder", type: "uint256" },
      { indexed: false, internalType: "uint256[]", name: "outcomes", type: "uint256[]" },
    ],
    name: "Clear",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "uint256", name: "window", type: "uint256" },
      { indexed: true, internalType: "bytes32", name: "key", type: "bytes32" },
      { indexed: false, internalType: "uint256", name: "next", type: "uint256" },
    ],
    name: "ClearPage",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "clearer", type: "address" },
      { indexed: true, internalType: "address", name: "token", type: "address" },
      { indexed: false, internalType: "address", name: "to", type: "address" },
      { indexed: false, internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "Collect",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "bytes32", name: "intentHash", type: "bytes32" },
      { indexed: true, internalType: "address", name: "owner", type: "address" },
      { indexed: true, internalType: "uint256", name: "window", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "id", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "fee", type: "uint256" },
    ],
    name: "Place",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "uint256", name: "window", type: "uint256" },
      { indexed: true, internalType: "uint256", name: "id", type: "uint256" },
    ],
    name: "Refund",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "uint256", name: "window", type: "uint256" },
      { indexed: true, internalType: "uint256", name: "id", type: "uint256" },
      { indexed: true, internalType: "uint256", name: "newWindow", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "newId", type: "uint256" },
    ],
    name: "Roll",
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
    name: "PERMIT2",
    outputs: [{ internalType: "contract ISignatureTransfer", name: "", type: "address" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "TIMEOUT",
    outputs: [{ internalType: "uint32", name: "", type: "uint32" }],
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
    inputs: [],
    name: "WINDOW_LENGTH",
    outputs: [{ internalType: "uint32", name: "", type: "uint32" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256[]", name: "ids", type: "uint256[]" },
    ],
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
    name: "cancelNonces",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256[]", name: "ids", type: "uint256[]" },
    ],
    name: "claim",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "id", type: "uint256" },
      { internalType: "address", name: "to", type: "address" },
    ],
    name: "claimTo",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint128[]", name: "prices", type: "uint128[]" },
      { internalType: "uint256[]", name: "marginal", type: "uint256[]" },
      {
        components: [
          { internalType: "uint32", name: "next", type: "uint32" },
          { internalType: "bool", name: "hasShort", type: "bool" },
          { internalType: "uint256[]", name: "sold", type: "uint256[]" },
          { internalType: "uint256[]", name: "bought", type: "uint256[]" },
        ],
        internalType: "struct Progress",
        name: "progress",
        type: "tuple",
      },
      { internalType: "uint256", name: "maxOrders", type: "uint256" },
      { internalType: "bytes32", name: "salt", type: "bytes32" },
    ],
    name: "clear",
    outputs: [
      {
        components: [
          { internalType: "uint32", name: "next", type: "uint32" },
          { internalType: "bool", name: "hasShort", type: "bool" },
          { internalType: "uint256[]", name: "sold", type: "uint256[]" },
          { internalType: "uint256[]", name: "bought", type: "uint256[]" },
        ],
        internalType: "struct Progress",
        name: "next",
        type: "tuple",
      },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256", name: "window", type: "uint256" }],
    name: "clearingOf",
    outputs: [
      { internalType: "address", name: "clearer", type: "address" },
      { internalType: "bytes32", name: "key", type: "bytes32" },
      { internalType: "uint256", name: "weiPerOrder", type: "uint256" },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address[]", name: "tokens", type: "address[]" },
      { internalType: "address", name: "to", type: "address" },
    ],
    name: "collect",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256", name: "count", type: "uint256" }],
    name: "costs",
    outputs: [
      { internalType: "uint256", name: "placing", type: "uint256" },
      { internalType: "uint256", name: "clearing", type: "uint256" },
      { internalType: "uint256", name: "claiming", type: "uint256" },
      { internalType: "uint256", name: "rolling", type: "uint256" },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "currentWindow",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
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
    inputs: [
      { internalType: "address", name: "clearer", type: "address" },
      { internalType: "address", name: "token", type: "address" },
    ],
    name: "feesOf",
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
    inputs: [{ internalType: "uint256", name: "window", type: "uint256" }],
    name: "lockOf",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "market",
    outputs: [
      {
        components: [
          { internalType: "address[]", name: "tokens", type: "address[]" },
          { internalType: "uint112[]", name: "minimums", type: "uint112[]" },
        ],
        internalType: "struct Market",
        name: "",
        type: "tuple",
      },
    ],
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
    inputs: [{ internalType: "uint256", name: "window", type: "uint256" }],
    name: "orderCount",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "from", type: "uint256" },
      { internalType: "uint256", name: "count", type: "uint256" },
    ],
    name: "orders",
    outputs: [
      {
        components: [
          { internalType: "address", name: "owner", type: "address" },
          { internalType: "address", name: "receiver", type: "address" },
          { internalType: "uint16", name: "sellToken", type: "uint16" },
          { internalType: "uint16", name: "buyToken", type: "uint16" },
          { internalType: "uint112", name: "amount", type: "uint112" },
          { internalType: "uint112", name: "asked", type: "uint112" },
          { internalType: "uint128", name: "budget", type: "uint128" },
          { internalType: "uint128", name: "feePerWei", type: "uint128" },
          { internalType: "uint32", name: "validTo", type: "uint32" },
        ],
        internalType: "struct ICallAuction.Order[]",
        name: "",
        type: "tuple[]",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "id", type: "uint256" },
    ],
    name: "outcome",
    outputs: [
      { internalType: "uint256", name: "executed", type: "uint256" },
      { internalType: "uint256", name: "bought", type: "uint256" },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        components: [
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
          { internalType: "enum Scheme", name: "scheme", type: "uint8" },
          { internalType: "address", name: "owner", type: "address" },
          { internalType: "bytes", name: "signature", type: "bytes" },
        ],
        internalType: "struct Placement[]",
        name: "placements",
        type: "tuple[]",
      },
    ],
    name: "place",
    outputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256", name: "firstId", type: "uint256" },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256", name: "window", type: "uint256" }],
    name: "pricesOf",
    outputs: [
      { internalType: "uint128[]", name: "prices", type: "uint128[]" },
      { internalType: "uint128[]", name: "bonuses", type: "uint128[]" },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "bytes32", name: "key", type: "bytes32" }],
    name: "progressOf",
    outputs: [{ internalType: "bytes32", name: "", type: "bytes32" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256[]", name: "ids", type: "uint256[]" },
    ],
    name: "refund",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "window", type: "uint256" },
      { internalType: "uint256[]", name: "ids", type: "uint256[]" },
    ],
    name: "roll",
    outputs: [
      { internalType: "uint256", name: "newWindow", type: "uint256" },
      { internalType: "uint256", name: "firstId", type: "uint256" },
    ],
    stateMutability: "nonpayable",
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
    inputs: [{ internalType: "uint256", name: "window", type: "uint256" }],
    name: "stateOf",
    outputs: [{ internalType: "enum ICallAuction.State", name: "", type: "uint8" }],
    stateMutability: "view",
    type: "function",
  },
] as const;
