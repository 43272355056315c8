//! What decoding takes, asked for before it is there.

use std::cell::RefCell;
use std::mem::size_of;

use ::brotli::{Allocator, HeapAlloc};

/// What is asked for at once at the least, in bytes, so that tables of a few bytes are not asked for one by one.
const STEP: usize = 16 * 1024;

/// Counts what one body takes while it is decoded, and asks for more of it by `G`.
#[derive(Debug)]
pub(super) struct Meter<G, E> {
    grow: G,
    granted: usize,
    held: usize,
    /// Of one piece, in bytes: a larger one is for a body that stands for more than it may.
    most: usize,
    failed: Option<Failed<E>>,
}

/// Why something was not given.
#[derive(Debug)]
pub(super) enum Failed<E> {
    /// It is for more than the body may stand for.
    TooLarge,
    /// It was refused.
    Refused(E),
}

impl<G, E> Meter<G, E>
where
    G: FnMut(usize) -> Result<(), E>,
{
    pub(super) fn new(most: usize, grow: G) -> Self {
        Self {
            grow,
            granted: 0,
            held: 0,
            most,
            failed: None,
        }
    }

    /// Takes this many bytes, if they are given; otherwise nothing more is.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        if self.failed.is_some() {
            return false;
        }
        if bytes > self.most {
            self.failed = Some(Failed::TooLarge);
            return false;
        }
        let wanted = self.held + bytes;
        if wanted > self.granted {
            let more = (wanted - self.granted).max(STEP);
            if let Err(refused) = (self.grow)(more) {
                self.failed = Some(Failed::Refused(refused));
                return false;
            }
            self.granted += more;
        }
        self.held = wanted;
        true
    }

    /// These bytes are not needed any more: what is taken next has their room.
    pub(super) fn release(&mut self, bytes: usize) {
        self.held -= bytes;
    }

    /// Why nothing is given any more.
    pub(super) fn failed(&mut self) -> Option<Failed<E>> {
        self.failed.take()
    }
}

/// The memory of a Brotli decoder, which gives up where it gets none.
#[derive(Debug)]
pub(super) struct Metered<'m, G, E>(pub(super) &'m RefCell<Meter<G, E>>);

impl<T, G, E> Allocator<T> for Metered<'_, G, E>
where
    T: Clone + Default,
    G: FnMut(usize) -> Result<(), E>,
{
    type AllocatedMemory = <HeapAlloc<T> as Allocator<T>>::AllocatedMemory;

    fn alloc_cell(&mut self, items: usize) -> Self::AllocatedMemory {
        match self.0.borrow_mut().take(items * size_of::<T>()) {
            true => vec![T::default(); items].into(),
            false => Self::AllocatedMemory::default(),
        }
    }

    fn free_cell(&mut self, cell: Self::AllocatedMemory) {
        let cell: Box<[T]> = cell.into();
        let bytes = size_of::<T>() * cell.len();
        drop(cell);
        self.0.borrow_mut().release(bytes);
    }
}
