//! The functions of Permit2 that transfer by signature, once for a token and once for a list.

use alloy_sol_types::sol;

sol! {
    /// Most of a token that the spender may take.
    #[derive(Debug)]
    struct TokenPermissions {
        /// The token.
        address token;
        /// Units of it.
        uint256 amount;
    }

    /// What the spender takes.
    #[derive(Debug)]
    struct TransferDetails {
        /// Who gets it.
        address to;
        /// Units, at most those permitted.
        uint256 requestedAmount;
    }

    interface ITransferOne {
        struct PermitOne {
            TokenPermissions permitted;
            uint256 nonce;
            uint256 deadline;
        }
        function permitTransferFrom(PermitOne permit, TransferDetails details, address owner, bytes signature) external;
        function permitWitnessTransferFrom(
            PermitOne permit, TransferDetails details, address owner, bytes32 witness, string witnessTypeString,
            bytes signature
        ) external;
    }

    interface ITransferMany {
        struct PermitMany {
            TokenPermissions[] permitted;
            uint256 nonce;
            uint256 deadline;
        }
        function permitTransferFrom(PermitMany permit, TransferDetails[] details, address owner, bytes signature)
            external;
        function permitWitnessTransferFrom(
            PermitMany permit, TransferDetails[] details, address owner, bytes32 witness, string witnessTypeString,
            bytes signature
        ) external;
    }
}
