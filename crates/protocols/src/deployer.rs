//! How the world is built: ordinary transactions of fixed accounts, each of which must succeed.

use crate::fixtures::{FixtureError, Fixtures};
use alloy_primitives::{Address, Bytes, U256, address, utils::Unit};
use alloy_sol_types::SolCall;
use devnet::{Chain, Receipt, Tx, TxError};
use stylus::code;

/// Why the world cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// Bytecode is missing.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// A transaction was refused.
    #[error("{what}: {error}")]
    Refused {
        /// What it was for.
        what: String,
        /// Why.
        error: TxError,
    },
    /// A transaction failed.
    #[error("{what} reverted: {output}")]
    Reverted {
        /// What it was for.
        what: String,
        /// Revert data.
        output: Bytes,
    },
    /// Something is not where it must be.
    #[error("{what} is at {is}, not {should}")]
    Misplaced {
        /// What.
        what: String,
        /// Where it is.
        is: Address,
        /// Where it must be.
        should: Address,
    },
}

/// Accounts of the world. Anyone may send in their names on a development chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account(pub Address);

impl Account {
    /// Deploys everything, and owns what has an owner.
    pub const DEPLOYER: Self = Self(address!("de000000000000000000000000000000000000de"));
    /// Puts what every Arbitrum chain has on this one, and administers its proxy.
    pub const INSTALLER: Self = Self(address!("1e000000000000000000000000000000000000e1"));
    /// Administers Circle's proxy, as it must not be who uses the token.
    pub const PROXY_ADMIN: Self = Self(address!("ad000000000000000000000000000000000000ad"));
    /// Deploys what came to the world after the addresses of the rest were fixed.
    pub const LATECOMER: Self = Self(address!("1a7e0000000000000000000000000000000001a7"));
    /// Supplies the liquidity that others borrow.
    pub const DEPOSITOR: Self = Self(address!("1b000000000000000000000000000000000000b1"));
}

/// A chain to build on, the packages to build from, and who does it.
pub(crate) struct Deployer<'a> {
    pub(crate) chain: &'a mut Chain,
    pub(crate) fixtures: &'a Fixtures,
}

impl Deployer<'_> {
    /// Gives an account ether to begin with.
    pub(crate) fn fund(&mut self, account: Account) {
        self.chain.set_balance(account.0, U256::from(1_000_000) * Unit::ETHER.wei());
    }

    /// Whether there is a contract.
    pub(crate) fn has_code(&self, address: Address) -> bool {
        !self.chain.state().code(address).is_empty()
    }

    /// Deploys a contract of a package, with its constructor's arguments encoded.
    pub(crate) fn create(&mut self, package: &str, file: &str, arguments: &[u8]) -> Result<Address, WorldError> {
        let code = self.fixtures.bytecode(package, file)?;
        self.create_code(file, &code, arguments)
    }

    /// Deploys code with encoded arguments.
    pub(crate) fn create_code(&mut self, what: &str, code: &[u8], arguments: &[u8]) -> Result<Address, WorldError> {
        self.create_as(Account::DEPLOYER, what, code, arguments)
    }

    /// Deploys code with encoded arguments as someone.
    pub(crate) fn create_as(
        &mut self,
        from: Account,
        what: &str,
        code: &[u8],
        arguments: &[u8],
    ) -> Result<Address, WorldError> {
        let receipt = self.execute(what, Tx::create(from.0, [code, arguments].concat()))?;
        Ok(receipt.contract_address.unwrap_or_default())
    }

    /// Calls a contract as the deployer.
    pub(crate) fn call(&mut self, to: Address, call: impl SolCall) -> Result<Receipt, WorldError> {
        self.call_as(Account::DEPLOYER, to, call)
    }

    /// Calls a contract as someone.
    pub(crate) fn call_as<C: SolCall>(&mut self, from: Account, to: Address, call: C) -> Result<Receipt, WorldError> {
        self.execute(C::SIGNATURE, Tx::call(from.0, to, call.abi_encode()))
    }

    /// Sends a transaction that must succeed.
    pub(crate) fn execute(&mut self, what: &str, tx: Tx) -> Result<Receipt, WorldError> {
        execute(self.chain, what, tx)
    }
}

/// Sends a transaction that must succeed.
pub fn execute(chain: &mut Chain, what: &str, tx: Tx) -> Result<Receipt, WorldError> {
    let receipt = chain.send(tx).map_err(|error| WorldError::Refused { what: what.to_owned(), error })?;
    match receipt.success {
        true => Ok(receipt),
        false => Err(WorldError::Reverted { what: what.to_owned(), output: receipt.output }),
    }
}

/// Deploys a Stylus program, and activates it.
pub(crate) fn deploy_program(chain: &mut Chain, name: &str, wasm: &[u8]) -> Result<Address, WorldError> {
    let initcode = code::initcode(&code::compress(wasm));
    let receipt = execute(chain, &format!("deploy {name}"), Tx::create(Account::DEPLOYER.0, initcode))?;
    let (address, what) = (receipt.contract_address.unwrap_or_default(), format!("activate {name}"));
    match chain.activate(address, Account::DEPLOYER.0) {
        Ok(activated) if activated.success => Ok(address),
        Ok(activated) => Err(WorldError::Reverted { what, output: activated.output }),
        Err(error) => Err(WorldError::Refused { what, error }),
    }
}

/// Asks a contract something that it must answer.
///
/// # Panics
/// If it does not: the world is not what it should be.
pub fn ask<C: SolCall>(chain: &Chain, to: Address, call: C) -> C::Return {
    let result = chain.call(Tx::call(Address::ZERO, to, call.abi_encode()));
    let output = result.as_ref().map(|result| result.output.clone()).unwrap_or_default();
    C::abi_decode_returns(&output).unwrap_or_else(|error| panic!("{} of {to}: {error}: {result:?}", C::SIGNATURE))
}
