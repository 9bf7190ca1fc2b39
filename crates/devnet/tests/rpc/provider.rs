//! The provider in process, used as an application uses any provider.

use alloy::{
    network::{AnyNetwork, EthereumWallet, TransactionBuilder},
    providers::{Provider, ProviderBuilder, ext::AnvilApi},
    rpc::types::{BlockNumberOrTag, Filter, TransactionRequest},
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, B256, TxKind, U256, address, bytes};
use devnet::{
    Chain, ChainConfig,
    provider::{provider, provider_for},
    rpc::Rpc,
};

const ALICE: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const BOB: Address = address!("70997970c51812dc3a010c7d01b50e0d17dc79c8");
/// The key of [`ALICE`].
const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn rpc() -> Rpc {
    Rpc::new(Chain::new(ChainConfig::default()))
}

#[tokio::test]
async fn reads_the_chain() {
    let provider = provider(&rpc());
    assert_eq!(provider.get_chain_id().await.unwrap(), 412_346);
    assert_eq!(provider.get_block_number().await.unwrap(), 0);
    assert!(provider.get_balance(ALICE).await.unwrap() > U256::ZERO);
    let block = provider.get_block_by_number(BlockNumberOrTag::Latest).await.unwrap().unwrap();
    assert_eq!(block.header.number, 0);
    assert!(provider.get_block_by_hash(B256::ZERO).await.unwrap().is_none());
}

#[tokio::test]
async fn sends_with_the_applications_own_wallet_and_waits_for_the_receipt() {
    let rpc = rpc();
    let signer: PrivateKeySigner = KEY.parse().unwrap();
    let provider = ProviderBuilder::new().wallet(EthereumWallet::from(signer)).connect_provider(provider(&rpc));
    let transfer = TransactionRequest::default().with_to(BOB).with_value(U256::from(7));
    let receipt = provider.send_transaction(transfer).await.unwrap().get_receipt().await.unwrap();
    assert!(receipt.status());
    assert_eq!((receipt.from, receipt.gas_used), (ALICE, 21_000));
    let transaction = provider.get_transaction_by_hash(receipt.transaction_hash).await.unwrap().unwrap();
    assert_eq!(transaction.block_hash, receipt.block_hash);
    let full = provider.get_block(receipt.block_number.unwrap().into()).full().await.unwrap().unwrap();
    assert_eq!(full.transactions.into_transactions().count(), 1);
}

#[tokio::test]
async fn sends_from_accounts_of_the_node_and_from_impersonated_ones() {
    let rpc = rpc();
    let provider = provider(&rpc);
    // Answers calls with 42: mstore(0, 42); return(0, 32).
    let initcode = bytes!("600a8060093d393df3602a60005260206000f3");
    let mut create = TransactionRequest::default().with_from(ALICE).with_input(initcode);
    create.to = Some(TxKind::Create);
    let receipt = provider.send_transaction(create).await.unwrap().get_receipt().await.unwrap();
    let contract = receipt.contract_address.unwrap();
    let answer = provider.call(TransactionRequest::default().with_to(contract)).await.unwrap();
    assert_eq!(U256::from_be_slice(&answer), U256::from(42));
    assert!(provider.get_logs(&Filter::new().from_block(0)).await.unwrap().is_empty());

    let whale = Address::with_last_byte(0xab);
    provider.anvil_set_balance(whale, U256::from(10).pow(U256::from(18))).await.unwrap();
    provider.anvil_impersonate_account(whale).await.unwrap();
    let transfer = TransactionRequest::default().with_from(whale).with_to(BOB).with_value(U256::ONE);
    let receipt = provider.send_transaction(transfer).await.unwrap().get_receipt().await.unwrap();
    assert_eq!(receipt.from, whale);
    let id = provider.anvil_snapshot().await.unwrap();
    provider.anvil_mine(Some(3), None).await.unwrap();
    assert!(provider.anvil_revert(id).await.unwrap());
    assert_eq!(provider.get_block_number().await.unwrap(), receipt.block_number.unwrap());
    provider.evm_mine(None).await.unwrap();
    provider.anvil_node_info().await.unwrap();
}

#[tokio::test]
async fn keeps_nitros_fields_for_a_network_that_shows_them() {
    let provider = provider_for::<AnyNetwork>(&rpc());
    let block = provider.get_block_by_number(BlockNumberOrTag::Latest).await.unwrap().unwrap();
    let fields = &block.other;
    for field in ["l1BlockNumber", "sendRoot", "sendCount"] {
        assert!(fields.contains_key(field), "{field}: {fields:?}");
    }
}

#[tokio::test]
async fn tells_a_revert_with_its_data() {
    let rpc = rpc();
    let revert = Address::with_last_byte(0xcd);
    rpc.with_chain(|chain| chain.set_code(revert, bytes!("363d3d37363dfd")));
    let request = TransactionRequest::default().with_to(revert).with_input(bytes!("deadbeef"));
    let error = provider(&rpc).call(request).await.unwrap_err();
    assert_eq!(error.as_error_resp().unwrap().as_revert_data(), Some(bytes!("deadbeef")));
}
