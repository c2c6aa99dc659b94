//! Waiting on a condition, with a deadline.
//!
//! A blind sleep is too long on a fast machine and too short on a slow one.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Polls `look` until it gives a value.
///
/// # Panics
/// After a minute, naming what was waited for.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "waited {DEADLINE:?} in vain for {what}"
        );
        sleep(PAUSE).await;
    }
}

const DEADLINE: Duration = Duration::from_secs(60); // far beyond what a loaded machine needs
const PAUSE: Duration = Duration::from_millis(15);
