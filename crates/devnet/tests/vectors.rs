//! The reference calls: 490 transactions on small programs, each of which must cost and do what Nitro says, to the unit.

use alloy_primitives::{Address, B256, Bytes, U256};
use devnet::{ArbOs, Chain, ChainConfig, Tx, arbos::precompiles::CHAIN_OWNER};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Vectors {
    chain: ChainSpec,
    accounts: Vec<Account>,
    programs: BTreeMap<String, Program>,
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct ChainSpec {
    chain_id: u64,
    senders: Vec<Address>,
}

#[derive(Deserialize)]
struct Account {
    address: Address,
    balance: u128,
    nonce: u64,
}

#[derive(Deserialize)]
struct Program {
    code: Bytes,
    wasm: Bytes,
}

impl Program {
    /// The code of a contract. One that is never activated has a custom section more, and so another hash.
    fn deployed(&self, kind: &str) -> Bytes {
        const SECTION: [u8; 5] = [0x00, 0x03, 0x01, 0x61, 0x78];
        match kind {
            "stylus-not-activated" => stylus::code::compress(&[&self.wasm[..], &SECTION].concat()).into(),
            _ => self.code.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Scenario {
    name: String,
    variant: Option<String>,
    contracts: Vec<Contract>,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Contract {
    alias: String,
    address: Address,
    kind: String,
    program: Option<String>,
    runtime: Option<Bytes>,
    balance: Option<u128>,
    #[serde(default)]
    storage: BTreeMap<U256, U256>,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    from: Address,
    to: String,
    data: Bytes,
    value: u128,
    gas_limit: u64,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    status: u8,
    gas_used: u64,
    output: Bytes,
    logs: Vec<ExpectedLog>,
    #[serde(default)]
    storage_after: Vec<Slot>,
    #[serde(default)]
    balances_after: Vec<Balance>,
}

#[derive(Deserialize)]
struct Slot {
    contract: String,
    slot: U256,
    value: U256,
}

#[derive(Deserialize)]
struct Balance {
    account: String,
    wei: U256,
}

#[derive(Deserialize)]
struct ExpectedLog {
    address: String,
    topics: Vec<B256>,
    data: Bytes,
}

fn vectors() -> Vectors {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/vectors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A chain with a scenario's contracts.
struct Stage {
    chain: Chain,
    aliases: BTreeMap<String, Address>,
}

impl Stage {
    fn set(genesis: &Chain, vectors: &Vectors, scenario: &Scenario) -> Self {
        let mut chain = genesis.clone();
        let mut aliases = BTreeMap::new();
        for contract in &scenario.contracts {
            aliases.insert(contract.alias.clone(), contract.address);
            let program = contract.program.as_ref().map(|name| vectors.programs[name].deployed(&contract.kind));
            let code = contract.runtime.clone().or(program).unwrap_or_default();
            chain.set_code(contract.address, code);
            chain.set_nonce(contract.address, 1);
            chain.set_balance(contract.address, U256::from(contract.balance.unwrap_or_default()));
            for (slot, value) in &contract.storage {
                chain.set_storage_at(contract.address, *slot, *value);
            }
        }
        for contract in scenario.contracts.iter().filter(|contract| contract.kind == "stylus") {
            // The same code may stand at several addresses: it is activated once.
            let receipt = chain.activate(contract.address, CHAIN_OWNER).unwrap();
            let again = receipt.output.starts_with(&[0xcc, 0x94, 0x4b, 0xf2]);
            assert!(receipt.success || again, "{}: {} is not activated: {receipt:?}", scenario.name, contract.alias);
            if scenario.variant.as_deref() == Some("cached") {
                chain.cache_program(contract.address).unwrap();
            }
        }
        Self { chain, aliases }
    }

    fn address(&self, name: &str) -> Address {
        self.aliases.get(name).copied().unwrap_or_else(|| name.parse().unwrap())
    }

    /// Performs a call and says where it differs from what is expected.
    fn differences(&mut self, call: &Call) -> Vec<String> {
        let to = self.address(&call.to);
        let tx = Tx::call(call.from, to, call.data.clone()).value(U256::from(call.value)).gas(call.gas_limit);
        let receipt = match self.chain.send(tx) {
            Ok(receipt) => receipt,
            Err(error) => return vec![error.to_string()],
        };
        let expected = &call.expected;
        let mut wrong = Vec::new();
        let mut compare = |what: &str, is: String, should: String| {
            if is != should {
                wrong.push(format!("{what} is {is}, not {should}"));
            }
        };
        compare("status", u8::from(receipt.success).to_string(), expected.status.to_string());
        compare("gas", receipt.gas_used.to_string(), expected.gas_used.to_string());
        compare("output", receipt.output.to_string(), expected.output.to_string());
        let logs: Vec<_> =
            receipt.logs.iter().map(|log| (log.address, log.topics().to_vec(), log.data.data.clone())).collect();
        let should: Vec<_> = expected
            .logs
            .iter()
            .map(|log| (self.address(&log.address), log.topics.clone(), log.data.clone()))
            .collect();
        compare("logs", format!("{logs:?}"), format!("{should:?}"));
        for Slot { contract, slot, value } in &expected.storage_after {
            let is = self.chain.state().storage(self.address(contract), *slot);
            compare(&format!("slot {slot} of {contract}"), is.to_string(), value.to_string());
        }
        for Balance { account, wei } in &expected.balances_after {
            let is = self.chain.state().balance(self.address(account));
            compare(&format!("balance of {account}"), is.to_string(), wei.to_string());
        }
        wrong
    }
}

#[test]
fn every_reference_call_is_equal_to_the_unit() {
    let vectors = vectors();
    let config = ChainConfig { chain_id: vectors.chain.chain_id, arbos: ArbOs::V51, ..ChainConfig::default() };
    let mut genesis = Chain::new(config.clone());
    for sender in vectors.chain.senders.iter().chain([&CHAIN_OWNER]) {
        genesis.set_balance(*sender, config.funds());
    }
    for account in &vectors.accounts {
        genesis.set_balance(account.address, U256::from(account.balance));
        genesis.set_nonce(account.address, account.nonce);
    }
    let (mut calls, mut wrong) = (0, Vec::new());
    for scenario in &vectors.scenarios {
        let mut stage = Stage::set(&genesis, &vectors, scenario);
        for call in &scenario.calls {
            calls += 1;
            let found = stage.differences(call);
            wrong.extend(found.iter().map(|difference| format!("{}, {}: {difference}", scenario.name, call.name)));
        }
    }
    assert_eq!(calls, 490);
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
