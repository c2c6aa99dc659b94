//! Turns: workers are threads, and of all of them only the one whose turn it is runs.

use std::sync::{Condvar, Mutex};

/// Who may run. A worker gives its turn back before each step that others could see.
pub(crate) struct Turns {
    seats: Mutex<Vec<Seat>>,
    /// All have given their turn back.
    all_wait: Condvar,
    /// It is this worker's turn.
    called: Vec<Condvar>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seat {
    Running,
    Waiting,
    Gone,
}

impl Turns {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            seats: Mutex::new(vec![Seat::Running; workers]),
            all_wait: Condvar::new(),
            called: (0..workers).map(|_| Condvar::new()).collect(),
        }
    }

    /// Waits until it is this worker's turn.
    pub(crate) fn pause(&self, worker: usize) {
        let mut seats = self.put(worker, Seat::Waiting);
        while seats[worker] == Seat::Waiting {
            seats = self.called[worker].wait(seats).unwrap();
        }
    }

    /// The worker has no more steps, or has panicked.
    pub(crate) fn leave(&self, worker: usize) {
        drop(self.put(worker, Seat::Gone));
    }

    /// Gives turns until all workers are gone. `choose` is asked with nobody running, for the place
    /// in the list of those that wait.
    pub(crate) fn drive(&self, mut choose: impl FnMut(usize) -> usize) {
        let mut seats = self.seats.lock().unwrap();
        loop {
            while seats.contains(&Seat::Running) {
                seats = self.all_wait.wait(seats).unwrap();
            }
            let all = seats.iter().enumerate();
            let waiting: Vec<usize> = all
                .filter_map(|(worker, seat)| (*seat == Seat::Waiting).then_some(worker))
                .collect();
            if waiting.is_empty() {
                return;
            }
            let next = waiting[choose(waiting.len())];
            seats[next] = Seat::Running;
            self.called[next].notify_one();
        }
    }

    fn put(&self, worker: usize, seat: Seat) -> std::sync::MutexGuard<'_, Vec<Seat>> {
        let mut seats = self.seats.lock().unwrap();
        seats[worker] = seat;
        if !seats.contains(&Seat::Running) {
            self.all_wait.notify_one();
        }
        seats
    }
}
