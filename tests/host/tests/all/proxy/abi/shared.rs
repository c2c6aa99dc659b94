//! Shared data and metrics: what outlives a request.

use super::super::state::Habit;
use super::{BAD_ARGUMENT, CAS_MISMATCH, OK, answer, bytes, giving, text};

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_shared_data(
    key: *const u8,
    key_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
    cas: *mut u32,
) -> u32 {
    let key = unsafe { text(key, key_size) };
    unsafe {
        giving("shared data", data, size, |state| {
            let (value, number) = state.shared.get(&key)?;
            *cas = match state.habit {
                Habit::NumbersNothing => 0,
                _ => *number,
            };
            Some(value.clone())
        })
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_set_shared_data(
    key: *const u8,
    key_size: usize,
    value: *const u8,
    value_size: usize,
    cas: u32,
) -> u32 {
    let (key, value) = unsafe { (text(key, key_size), bytes(value, value_size)) };
    answer("set shared data", |state| {
        let known = state.shared.get(&key).map(|(_, number)| *number);
        let refused = match (known, state.habit) {
            (_, Habit::IgnoresNumbers) => false,
            (None, habit) => habit == Habit::NeverCreates && cas != 0,
            (Some(number), _) => cas != 0 && cas != number,
        };
        if refused {
            return CAS_MISMATCH;
        }
        if state.habit != Habit::NeverCounts || known.is_none() {
            state.last_number += 1;
        }
        let number = state.last_number;
        if state.habit != Habit::Forgets {
            state.shared.insert(key, (value.to_vec(), number));
        }
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_define_metric(
    kind: u32,
    name: *const u8,
    name_size: usize,
    id: *mut u32,
) -> u32 {
    let name = unsafe { text(name, name_size) };
    let expected = match name.rsplit('.').next() {
        Some("rules") => 1,                  // the one gauge
        Some("svid_remaining_seconds") => 2, // the one histogram
        _ => 0,
    };
    assert_eq!(kind, expected, "{name}");
    answer("define metric", |state| {
        let known = state.metrics.iter().position(|(other, _)| *other == name);
        let index = known.unwrap_or_else(|| {
            state.metrics.push((name, 0));
            state.metrics.len() - 1
        });
        unsafe { *id = u32::try_from(index).expect("few metrics") };
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_increment_metric(id: u32, offset: i64) -> u32 {
    answer("increment metric", |state| {
        match state.metrics.get_mut(id as usize) {
            Some((_, value)) => {
                *value = value.checked_add_signed(offset).expect("a counter");
                OK
            }
            None => BAD_ARGUMENT,
        }
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_record_metric(id: u32, value: u64) -> u32 {
    answer("record metric", |state| {
        match state.metrics.get_mut(id as usize) {
            Some((name, known)) => {
                *known = value;
                state.recorded.push((name.clone(), value));
                OK
            }
            None => BAD_ARGUMENT,
        }
    })
}
