//! What answers say about a clock that the test knows.

use super::*;

/// How long the day lasts for a service whose clock is so many nanoseconds ahead.
fn day_lasts(ahead: u64, answered: u64) -> Duration {
    let second = (answered + ahead) % DAY / SECOND;
    Duration::from_secs(86_400 - second)
}

fn at(nanos: u64) -> Moment {
    Moment::from_nanos(nanos)
}

const MILLISECOND: u64 = 1_000_000;

/// Moments to ask at, spread over seconds.
fn spread(start: u64, many: u64) -> impl Iterator<Item = u64> {
    (0..many).map(move |number| start + number * 38_196_601)
}

/// Asks at these moments, each answered after two milliseconds; gives the last moment too.
fn ask(clock: &mut ServiceClock, ahead: u64, moments: impl Iterator<Item = u64>) -> u64 {
    let mut last = 0;
    for moment in moments {
        last = moment + 2 * MILLISECOND;
        let left = day_lasts(ahead, moment + MILLISECOND);
        clock.learn(at(moment), at(last), left);
    }
    last
}

/// When the window ends that lasts at `now`.
fn end(ahead: u64, now: u64, unit: Unit) -> Moment {
    let length = unit.seconds() * SECOND;
    at(now + length - (now + ahead) % DAY % length)
}

#[test]
fn each_answer_narrows_it_down_and_the_true_end_lies_between() {
    // Midnight comes in the midst of it, by the service's clock.
    for ahead in [0, 123_456_789, DAY - 1_500 * MILLISECOND, DAY - 1] {
        let mut clock = ServiceClock::default();
        let now = ask(&mut clock, ahead, spread(DAY * 3 - 5 * SECOND, 200));
        let doubt = clock.doubt(at(now)).unwrap();
        assert!(doubt < Duration::from_millis(30), "{doubt:?}");
        for unit in Unit::ALL {
            let end = end(ahead, now, unit);
            let window = clock.window(at(now), at(now), unit).unwrap();
            assert!(
                window.lasts <= end && end <= window.over,
                "{unit:?} {window:?}"
            );
            let surely = window.over.nanos() - window.lasts.nanos();
            let drift = unit.seconds() * MILLISECOND;
            assert!(surely < 40 * MILLISECOND + drift, "{unit:?} {surely}");
        }
    }
}

#[test]
fn nothing_is_known_before_an_answer_and_little_after_one() {
    let unknown = ServiceClock::default();
    assert_eq!(unknown.window(at(1), at(1), Unit::Day), None);
    let mut clock = ServiceClock::default();
    let now = ask(&mut clock, 30_700 * MILLISECOND, spread(DAY, 1));
    let window = clock.window(at(DAY), at(now), Unit::Second).unwrap();
    assert!(
        window.lasts <= at(DAY),
        "a second's lease is worth nothing yet"
    );
    let window = clock.window(at(DAY), at(now), Unit::Minute).unwrap();
    assert!(window.lasts > at(DAY + 28 * SECOND), "a minute's is");
}

#[test]
fn what_is_known_is_known_less_as_time_passes() {
    let mut clock = ServiceClock::default();
    let now = ask(&mut clock, 0, spread(DAY, 100));
    let early = clock.doubt(at(now)).unwrap();
    let late = clock.doubt(at(now + 1_000 * SECOND)).unwrap();
    assert_eq!(late, early + Duration::from_secs(1));
}

#[test]
fn a_clock_that_is_set_anew_is_learnt_anew() {
    for ahead in [7_400 * MILLISECOND, DAY - 7_400 * MILLISECOND, DAY / 2] {
        let mut clock = ServiceClock::default();
        let now = ask(&mut clock, 0, spread(DAY, 100));
        let now = ask(&mut clock, ahead, spread(now, 100));
        let window = clock.window(at(now), at(now), Unit::Minute).unwrap();
        let end = end(ahead, now, Unit::Minute);
        assert!(window.lasts <= end && end <= window.over, "{ahead}");
    }
}

/// Two servers behind one cluster, asked in turn or for a while each: what either grants lasts no
/// longer than its own window.
#[test]
fn servers_that_differ_a_little_are_both_believed() {
    let difference = 40 * MILLISECOND;
    for other in [difference, DAY - difference] {
        let mut clock = ServiceClock::default();
        let mut now = DAY;
        for (number, moment) in spread(DAY, 2_000).enumerate() {
            let ahead = if number % 600 < 200 || number % 2 == 0 {
                0
            } else {
                other
            };
            now = ask(&mut clock, ahead, std::iter::once(moment.max(now)));
            let window = clock.window(at(now), at(now), Unit::Second).unwrap();
            let first = end(0, now, Unit::Second).min(end(other, now, Unit::Second));
            // until both were heard often enough, one cannot know of the other
            assert!(
                number < 400 || window.lasts <= first,
                "{window:?} {first:?}"
            );
        }
        assert!(clock.doubt(at(now)).unwrap() < Duration::from_millis(150));
    }
}

#[test]
fn what_is_no_second_of_a_day_says_nothing() {
    for odd in [
        Duration::ZERO,
        Duration::from_secs(86_401),
        Duration::from_millis(1_500),
        Duration::MAX,
    ] {
        let mut clock = ServiceClock::default();
        clock.learn(at(DAY), at(DAY + 1), odd);
        assert_eq!(clock.doubt(at(DAY + 1)), None, "{odd:?}");
    }
    let mut clock = ServiceClock::default();
    clock.learn(at(DAY), at(DAY * 2), Duration::from_secs(1)); // as slow as a day
    assert_eq!(clock.doubt(at(DAY * 2)), None);
}
