//! What the host keeps for a running program, and how a host I/O pays, reads and writes.

use super::{
    env::EvmData,
    escape::Escape,
    frame::HostIoTrace,
    mailbox::Mailbox,
    request::{Request, Response},
    storage::StorageCache,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use wasmtime::{Caller, Global, Memory, Val};

/// What a host I/O gives, or why it ends the program.
pub(super) type Result<T = ()> = std::result::Result<T, Escape>;

/// The instance's own state, found once when it starts.
#[derive(Clone, Copy)]
pub(super) struct Handles {
    pub(super) memory: Memory,
    pub(super) ink_left: Global,
    pub(super) ink_status: Global,
    pub(super) stack_left: Global,
}

/// What the host keeps for a running program.
pub(super) struct Guest {
    pub(super) handles: Option<Handles>,
    pub(super) mailbox: Mailbox,
    pub(super) calldata: Bytes,
    pub(super) evm: EvmData,
    pub(super) ink_price: u32,
    pub(super) stylus_version: u16,
    pub(super) is_static: bool,
    pub(super) result: Bytes,
    pub(super) return_data: Bytes,
    pub(super) storage: StorageCache,
    /// The account with code that was last asked for.
    pub(super) last_code: Option<(Address, Bytes)>,
    pub(super) trace: Option<Vec<HostIoTrace>>,
    pub(super) memory_max: wasmtime::StoreLimits,
}

/// A host I/O under way.
pub(super) struct Io<'a> {
    caller: Caller<'a, Guest>,
    handles: Handles,
    started: Option<(&'static str, u64)>,
}

impl<'a> Io<'a> {
    /// Begins a host I/O, whose base price is paid before anything else.
    pub(super) fn begin(caller: Caller<'a, Guest>, name: &'static str, base_ink: u64) -> Result<Self> {
        let handles = caller.data().handles.ok_or_else(|| Escape::failure("host I/O before the program started"))?;
        let mut io = Self { caller, handles, started: None };
        if io.guest().trace.is_some() {
            io.started = Some((name, io.ink_left()));
        }
        io.pay(base_ink)?;
        Ok(io)
    }

    /// Ends a host I/O: what it was given and what it gave, for the trace.
    pub(super) fn end(mut self, args: &[&[u8]], outs: &[&[u8]]) {
        let Some((name, start_ink)) = self.started else { return };
        let end_ink = self.ink_left();
        let record = HostIoTrace { name, args: args.concat().into(), outs: outs.concat().into(), start_ink, end_ink };
        self.guest().trace.get_or_insert_default().push(record);
    }

    /// The host's side.
    pub(super) fn guest(&mut self) -> &mut Guest {
        self.caller.data_mut()
    }

    /// Ink that is left.
    pub(super) fn ink_left(&mut self) -> u64 {
        self.handles.ink_left.get(&mut self.caller).i64().unwrap_or_default().cast_unsigned()
    }

    /// Gas that the ink left is worth, rounded down.
    pub(super) fn gas_left(&mut self) -> u64 {
        let price = u64::from(self.guest().ink_price);
        self.ink_left().checked_div(price).unwrap_or_default()
    }

    fn set_ink(&mut self, ink: u64, status: i32) -> Result {
        let set = |result: wasmtime::Result<()>| result.map_err(|error| Escape::failure(error.to_string()));
        set(self.handles.ink_left.set(&mut self.caller, Val::I64(ink.cast_signed())))?;
        if status != 0 {
            set(self.handles.ink_status.set(&mut self.caller, Val::I32(status)))?;
        }
        Ok(())
    }

    /// Takes ink.
    pub(super) fn pay(&mut self, ink: u64) -> Result {
        match self.ink_left().checked_sub(ink) {
            Some(left) => self.set_ink(left, 0),
            None => self.out_of_ink(),
        }
    }

    /// Takes the ink that gas is worth.
    pub(super) fn pay_gas(&mut self, gas: u64) -> Result {
        let price = u64::from(self.guest().ink_price);
        self.pay(gas.saturating_mul(price))
    }

    /// Asks for gas to be left without taking any.
    pub(super) fn require_gas(&mut self, gas: u64) -> Result {
        let price = u64::from(self.guest().ink_price);
        if self.ink_left() < gas.saturating_mul(price) { self.out_of_ink() } else { Ok(()) }
    }

    /// Ends the program: the price cannot be paid.
    pub(super) fn out_of_ink<T>(&mut self) -> Result<T> {
        self.set_ink(0, 1)?;
        Err(Escape::OutOfInk)
    }

    /// Reads the guest's memory.
    pub(super) fn read(&mut self, pointer: u32, length: u32) -> Result<Vec<u8>> {
        let memory = self.handles.memory.data(&self.caller);
        let start = pointer as usize;
        let bytes = start.checked_add(length as usize).and_then(|end| memory.get(start..end));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| Escape::failure("read beyond the program's memory"))
    }

    /// Reads a fixed number of bytes.
    pub(super) fn read_array<const N: usize>(&mut self, pointer: u32) -> Result<[u8; N]> {
        let memory = self.handles.memory.data(&self.caller);
        let bytes = memory.get(pointer as usize..).and_then(<[u8]>::first_chunk);
        bytes.copied().ok_or_else(|| Escape::failure("read beyond the program's memory"))
    }

    /// Reads a word.
    pub(super) fn read_word(&mut self, pointer: u32) -> Result<B256> {
        self.read_array(pointer).map(B256::new)
    }

    /// Reads a number.
    pub(super) fn read_uint(&mut self, pointer: u32) -> Result<U256> {
        self.read_array::<32>(pointer).map(U256::from_be_bytes)
    }

    /// Reads an address.
    pub(super) fn read_address(&mut self, pointer: u32) -> Result<Address> {
        self.read_array(pointer).map(|bytes: [u8; 20]| Address::from(bytes))
    }

    /// Writes the guest's memory.
    pub(super) fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result {
        let memory = self.handles.memory.data_mut(&mut self.caller);
        let start = pointer as usize;
        let target = start.checked_add(bytes.len()).and_then(|end| memory.get_mut(start..end));
        target.ok_or_else(|| Escape::failure("write beyond the program's memory"))?.copy_from_slice(bytes);
        Ok(())
    }

    /// Asks the chain.
    pub(super) async fn ask(&mut self, request: Request) -> Result<Response> {
        let mailbox = self.guest().mailbox.clone();
        match mailbox.ask(request).await {
            Response::Refused(reason) => Err(Escape::failure(reason)),
            response => Ok(response),
        }
    }

    /// Asks the chain for a word, and pays for it.
    pub(super) async fn ask_word(&mut self, request: Request) -> Result<(B256, u64)> {
        match self.ask(request).await? {
            Response::Word(word, gas) => Ok((word, gas)),
            other => Err(unexpected(&other)),
        }
    }

    /// Asks the chain for something that only has a price.
    pub(super) async fn ask_gas(&mut self, request: Request) -> Result<u64> {
        match self.ask(request).await? {
            Response::Gas(gas) => Ok(gas),
            other => Err(unexpected(&other)),
        }
    }
}

/// The chain answered something else than was asked: a defect of the chain, which must not become the guest's gain.
pub(super) fn unexpected(response: &Response) -> Escape {
    Escape::failure(format!("the chain answered {response:?}"))
}
