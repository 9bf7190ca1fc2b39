//! `debt-manager devnet`: the chain of the tests, served to wallets and tools on this machine.

use std::{
    fmt::Write as _,
    fs,
    io::{ErrorKind, Write as _},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use devnet::{
    ArbOs, Chain, ChainConfig, MNEMONIC, chain::CREATE2_FACTORY, dump, rpc::Rpc, server::Server, trace::Labels,
};
use eyre::{Result, WrapErr, bail};
use protocols::{Fixtures, Preinstalls, World};
use tokio::time::timeout;

/// What to serve.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 8547)]
    port: u16,
    /// The chain id.
    #[arg(long)]
    chain_id: Option<u64>,
    /// The version of ArbOS: 61, or 51.
    #[arg(long, default_value_t = 61)]
    arbos: u64,
    /// Seconds from one block's timestamp to the next one's.
    #[arg(long, value_name = "SECONDS")]
    block_time: Option<u64>,
    /// How many funded accounts.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    accounts: Option<u16>,
    /// Deploy the lending, flash-loan and swap protocols first.
    #[arg(long)]
    world: bool,
    /// Start from this file if it is there, and write the chain to it at the end.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Serves until Ctrl-C.
pub(crate) fn run(args: &Args) -> Result<()> {
    tokio::runtime::Runtime::new().wrap_err("cannot start the async runtime")?.block_on(serve(args))
}

async fn serve(args: &Args) -> Result<()> {
    let config = config(args)?;
    let loaded = match &args.state {
        Some(file) => load(file, &config)?,
        None => None,
    };
    let (chain, places) = match loaded {
        Some(chain) => (chain, String::new()),
        None => deployed(config, args.world)?,
    };
    let rpc = Rpc::new(chain);
    let server = Server::bind(rpc.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    let mut interrupted = Box::pin(interrupt());
    // Waiting begins before the banner: a Ctrl-C between it and the first request would otherwise lose the chain.
    if timeout(Duration::ZERO, &mut interrupted).await.is_ok() {
        return Ok(());
    }
    print!("{}", banner(&rpc, &places, &server.url()));
    std::io::stdout().flush()?;
    server.run(interrupted).await?;
    if let Some(file) = &args.state {
        save(file, &rpc)?;
        println!("The chain is in {}", file.display());
    }
    Ok(())
}

/// Ctrl-C; never, where the signal cannot be heard, so that the server runs until it is killed.
async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn config(args: &Args) -> Result<ChainConfig> {
    let mut config = ChainConfig::default();
    config.arbos = match args.arbos {
        51 => ArbOs::V51,
        61 => ArbOs::V61,
        other => bail!("there is no ArbOS {other} here: 51 and 61 are known"),
    };
    config.chain_id = args.chain_id.unwrap_or(config.chain_id);
    config.block_time = args.block_time.unwrap_or(config.block_time);
    config.accounts = args.accounts.map_or(config.accounts, u32::from);
    Ok(config)
}

/// The chain in `file`, or none if there is no such file yet.
fn load(file: &Path, config: &ChainConfig) -> Result<Option<Chain>> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).wrap_err_with(|| format!("cannot read {}", file.display())),
    };
    dump::read(&bytes, config).map(Some).wrap_err_with(|| format!("{} holds no chain", file.display()))
}

/// Writes beside the file first, so that an interrupted write leaves the old one.
fn save(file: &Path, rpc: &Rpc) -> Result<()> {
    let bytes = rpc.with_chain(|chain| dump::write(chain))?;
    let partial = file.with_extension("partial");
    fs::write(&partial, bytes)
        .and_then(|()| fs::rename(&partial, file))
        .wrap_err_with(|| format!("cannot write {}", file.display()))
}

/// A new chain, with what is preinstalled on it, and the world if it is wanted; and what there is to say about that.
fn deployed(config: ChainConfig, world: bool) -> Result<(Chain, String)> {
    let mut chain = Chain::new(config);
    let mut labels = Labels::default();
    labels.name_account(CREATE2_FACTORY, "CREATE2 factory");
    let mut without = String::new();
    match Fixtures::open() {
        Ok(fixtures) if world => {
            let world = World::deploy(&mut chain, &fixtures).wrap_err("the world cannot be deployed")?;
            world.name(&mut labels);
        }
        Ok(fixtures) => {
            let preinstalls = Preinstalls::install(&mut chain, &fixtures).wrap_err("nothing can be preinstalled")?;
            preinstalls.name(&mut labels);
        }
        // The chain is of use without them, and the error says which command brings the packages.
        Err(error) => {
            let what = if world { "the world and the preinstalled contracts" } else { "the preinstalled contracts" };
            let _ = writeln!(without, "\nWithout {what}: {error}");
        }
    }
    let mut places = "Deployed\n".to_owned();
    for (address, name) in labels.accounts() {
        let _ = writeln!(places, "  {address}  {name}");
    }
    Ok((chain, places + &without + "\n"))
}

/// What a user needs to connect: accounts with their keys, where things are, and the URL.
fn banner(rpc: &Rpc, places: &str, url: &str) -> String {
    let mut text = String::new();
    let (chain_id, arbos, signers) = rpc.with_chain(|chain| {
        let config = chain.config();
        (config.chain_id, config.arbos.0, config.signers())
    });
    let _ = writeln!(text, "Accounts, of the mnemonic \"{MNEMONIC}\"");
    let _ = writeln!(text, "Everyone knows these keys: never send them anything on a public chain.\n");
    for signer in &signers {
        let _ = writeln!(text, "  {}  {}", signer.address(), signer.to_bytes());
    }
    let _ = writeln!(text, "\n{places}Chain id {chain_id}, ArbOS {arbos}. Ctrl-C stops it.");
    let _ = writeln!(text, "Listening on {url}");
    text
}
