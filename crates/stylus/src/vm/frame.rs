//! A program's frame: started, resumed with answers, and done in the end.

use super::{
    env::EvmData,
    escape::Escape,
    guest::{Guest, Handles},
    machine::{MEMORY_MAX, Program, VmError},
    mailbox::Mailbox,
    request::{Request, Response},
    storage::StorageCache,
};
use crate::{
    activation::{ENTRYPOINT, MEMORY},
    instrument::{INK_LEFT, INK_STATUS, STACK_LEFT},
};
use alloy_primitives::Bytes;
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use wasmtime::{Store, StoreLimitsBuilder, Trap, Val};

/// What a frame starts with.
#[derive(Clone, Debug)]
pub struct FrameInput {
    /// The call's data.
    pub calldata: Bytes,
    /// The call's gas, less what starting the program took.
    pub gas: u64,
    /// Ink in a unit of gas.
    pub ink_price: u32,
    /// Words of stack.
    pub max_stack_depth: u32,
    /// The version of Stylus.
    pub stylus_version: u16,
    /// Whether state may not be changed.
    pub is_static: bool,
    /// Everything else that the program can ask about.
    pub evm: EvmData,
    /// Whether host I/O is recorded.
    pub trace: bool,
}

/// How a frame ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It returned zero.
    Success,
    /// It returned something else.
    Revert,
    /// It trapped, or asked for what the host does not do.
    Failure(String),
    /// All its ink is used.
    OutOfInk,
    /// All its stack is used.
    OutOfStack,
}

/// How a frame ended, and with what.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How.
    pub status: Status,
    /// The data written last.
    pub output: Bytes,
    /// Gas that the ink left is worth, rounded down.
    pub gas_left: u64,
    /// Host I/O in order, if it was to be recorded.
    pub trace: Vec<HostIoTrace>,
}

/// A host I/O that a frame did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostIoTrace {
    /// Its name.
    pub name: &'static str,
    /// What went in.
    pub args: Bytes,
    /// What came out.
    pub outs: Bytes,
    /// Ink left before.
    pub start_ink: u64,
    /// Ink left after.
    pub end_ink: u64,
}

/// What a frame does when it stops running.
#[derive(Debug)]
pub enum Step {
    /// It needs the chain, and is to be resumed with the answer.
    Request(Request),
    /// It is done.
    Done(Outcome),
}

type Run = Pin<Box<dyn Future<Output = Result<Outcome, VmError>> + Send>>;

/// A program's frame.
pub struct Frame {
    run: Run,
    mailbox: Mailbox,
}

impl fmt::Debug for Frame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Frame").finish_non_exhaustive()
    }
}

impl Frame {
    /// A frame that has not run yet.
    #[must_use]
    pub fn start(program: &Program, input: FrameInput) -> Self {
        let mailbox = Mailbox::default();
        let run = Box::pin(run(program.clone(), input, mailbox.clone()));
        Self { run, mailbox }
    }

    /// Runs on, at first without an answer, then with the answer to what was asked.
    pub fn resume(&mut self, answer: Option<Response>) -> Result<Step, VmError> {
        if let Some(answer) = answer {
            self.mailbox.answer(answer);
        }
        match self.run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome.map(Step::Done),
            Poll::Pending => {
                let request = self.mailbox.take_request();
                request.map(Step::Request).ok_or_else(|| wasmtime::Error::msg("a program waits for nothing").into())
            }
        }
    }
}

async fn run(program: Program, input: FrameInput, mailbox: Mailbox) -> Result<Outcome, VmError> {
    let calldata_length = i32::try_from(input.calldata.len()).unwrap_or(i32::MAX);
    let ink = input.gas.saturating_mul(u64::from(input.ink_price));
    let stack = input.max_stack_depth;
    let mut store = Store::new(&program.engine, guest(input, mailbox));
    store.limiter(|guest| &mut guest.memory_max);
    let instance = program.instance.instantiate_async(&mut store).await?;
    let missing = || wasmtime::Error::msg("the module was not instrumented");
    let global = |store: &mut Store<Guest>, name| instance.get_global(store, name).ok_or_else(missing);
    let handles = Handles {
        memory: instance.get_memory(&mut store, MEMORY).ok_or_else(missing)?,
        ink_left: global(&mut store, INK_LEFT)?,
        ink_status: global(&mut store, INK_STATUS)?,
        stack_left: global(&mut store, STACK_LEFT)?,
    };
    handles.ink_left.set(&mut store, Val::I64(ink.cast_signed()))?;
    handles.stack_left.set(&mut store, Val::I32(stack.cast_signed()))?;
    store.data_mut().handles = Some(handles);
    record(&mut store, "user_entrypoint", &calldata_length.to_be_bytes(), &[], ink);

    let entrypoint = instance.get_typed_func::<i32, i32>(&mut store, ENTRYPOINT)?;
    let result = entrypoint.call_async(&mut store, calldata_length).await;
    let read = |store: &mut Store<Guest>, global: wasmtime::Global| global.get(store);
    let ink_left = read(&mut store, handles.ink_left).i64().unwrap_or_default().cast_unsigned();
    let out_of_ink = read(&mut store, handles.ink_status).i32() != Some(0);
    let out_of_stack = read(&mut store, handles.stack_left).i32() == Some(0);
    let status = match result {
        Ok(status) => ended(status.cast_unsigned()),
        Err(error) => failed(&error, out_of_stack, out_of_ink),
    };
    record(&mut store, "user_returned", &[], &u32::from(status != Status::Success).to_be_bytes(), ink_left);
    let guest = store.into_data();
    Ok(Outcome {
        status,
        output: guest.result,
        gas_left: ink_left.checked_div(u64::from(guest.ink_price)).unwrap_or_default(),
        trace: guest.trace.unwrap_or_default(),
    })
}

fn guest(input: FrameInput, mailbox: Mailbox) -> Guest {
    Guest {
        handles: None,
        mailbox,
        calldata: input.calldata,
        evm: input.evm,
        ink_price: input.ink_price,
        stylus_version: input.stylus_version,
        is_static: input.is_static,
        result: Bytes::new(),
        return_data: Bytes::new(),
        storage: StorageCache::default(),
        last_code: None,
        trace: input.trace.then(Vec::new),
        memory_max: StoreLimitsBuilder::new().memory_size(MEMORY_MAX).build(),
    }
}

fn record(store: &mut Store<Guest>, name: &'static str, args: &[u8], outs: &[u8], ink: u64) {
    if let Some(trace) = &mut store.data_mut().trace {
        let (args, outs) = (args.to_vec().into(), outs.to_vec().into());
        trace.push(HostIoTrace { name, args, outs, start_ink: ink, end_ink: ink });
    }
}

fn ended(status: u32) -> Status {
    if status == 0 { Status::Success } else { Status::Revert }
}

/// The order matters: a program that has used up its stack has most likely also done something else wrong.
fn failed(error: &wasmtime::Error, out_of_stack: bool, out_of_ink: bool) -> Status {
    let trap = error.downcast_ref::<Trap>();
    if trap == Some(&Trap::StackOverflow) || out_of_stack {
        return Status::OutOfStack;
    }
    if out_of_ink {
        return Status::OutOfInk;
    }
    match error.downcast_ref::<Escape>() {
        Some(Escape::Exit(status)) => ended(*status),
        Some(Escape::OutOfInk) => Status::OutOfInk,
        Some(Escape::Failure(reason)) => Status::Failure(reason.clone()),
        None => Status::Failure(trap.map_or_else(|| format!("{error:#}"), ToString::to_string)),
    }
}
