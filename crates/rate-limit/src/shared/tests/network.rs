//! What happens to a call on its way.

/// One call's fate, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    /// To the service.
    pub(super) there: u64,
    /// Between its counting and its answering.
    pub(super) within: u64,
    /// And back.
    pub(super) back: u64,
    pub(super) loss: Loss,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// It arrives, and so does its answer.
    None,
    /// It never arrives.
    Call,
    /// Its answer never arrives.
    Answer,
    /// It never arrives, and nobody tells the worker that it did not.
    Silent,
}

impl Fate {
    pub(super) const fn quick() -> Self {
        Self {
            there: 300,
            within: 100,
            back: 300,
            loss: Loss::None,
        }
    }
}

/// Something on its way.
#[derive(Clone, Debug)]
pub(super) enum Parcel {
    Call {
        body: Vec<u8>,
        fate: Fate,
    },
    Answer {
        /// `None` where nothing came in time.
        body: Option<Vec<u8>>,
    },
}

/// From whom, about which call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender {
    pub(super) worker: usize,
    /// Which of the workers that stood in this place.
    pub(super) life: u32,
    pub(super) ticket: u64,
    /// The call's number over all workers.
    pub(super) call: u64,
}
