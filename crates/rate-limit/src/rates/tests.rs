use std::num::NonZeroU32;
use std::time::Duration;

use super::{Arrivals, Rates};
use crate::{Moment, Rate};

fn rates(written: &[(u32, u64, u32)]) -> Rates {
    let n = |number| NonZeroU32::new(number).unwrap();
    let quota = |(requests, per, burst): &(u32, u64, u32)| {
        let rate = Rate::new(n(*requests), Duration::from_millis(*per), n(*burst));
        rate.quota(n(1)).unwrap()
    };
    Rates::new(written.iter().map(quota).collect()).unwrap()
}

fn at(millis: u64) -> Moment {
    Moment::from_reading(Duration::from_millis(millis)).unwrap()
}

#[test]
fn one_to_four_rates() {
    assert!(Rates::new(Vec::new()).is_none());
    let four = rates(&[(1, 1_000, 1); 4]);
    assert_eq!(four.count(), 4);
    assert!(Rates::new([four.0.clone(), four.0].concat()).is_none());
    assert!(Arrivals::from_times([]).is_none());
    assert!(Arrivals::from_times([at(1); 4]).is_some());
    assert!(Arrivals::from_times([at(1); 5]).is_none());
}

#[test]
fn nothing_is_taken_unless_all_rates_have_room() {
    let both = rates(&[(10, 1_000, 10), (2, 60_000, 2)]);
    let fresh = both.presumed(Moment::NEVER, Moment::NEVER);
    let now = at(1_000);
    let once = both.take(&fresh, now, 1).unwrap();
    let twice = both.take(&once, now, 1).unwrap();
    // The second rate is used up; the first still has eight, and keeps them however often one asks.
    for _ in 0..20 {
        assert_eq!(both.take(&twice, now, 1), Err(Duration::from_secs(30)));
    }
    let later = at(31_000);
    let thrice = both.take(&twice, later, 1).unwrap();
    let first: Vec<Moment> = thrice.times().collect();
    assert_eq!(first, [at(31_100), at(91_000)]);
}

#[test]
fn the_wait_is_until_all_have_room() {
    let both = rates(&[(1, 5_000, 1), (1, 2_000, 1)]);
    let spent = both.presumed(Moment::NEVER, at(1_000));
    assert_eq!(both.take(&spent, at(2_000), 1), Err(Duration::from_secs(4)));
    assert_eq!(both.take(&spent, at(4_000), 1), Err(Duration::from_secs(2)));
    assert!(both.take(&spent, at(6_000), 1).is_ok());
}

#[test]
fn what_is_not_known_is_presumed_spent() {
    let one = rates(&[(1, 1_000, 3)]);
    let times = |arrivals: Arrivals| arrivals.times().collect::<Vec<_>>();
    assert_eq!(
        times(one.presumed(Moment::NEVER, Moment::NEVER)),
        [Moment::NEVER]
    );
    assert_eq!(times(one.presumed(at(7_000), Moment::NEVER)), [at(7_000)]);
    assert_eq!(times(one.presumed(at(7_000), at(5_000))), [at(8_000)]);
}

#[test]
fn only_what_no_honest_table_writes_is_clamped() {
    let two = rates(&[(1, 1_000, 3), (1, 1_000, 1)]);
    let slack = 500_000_000;
    let arrivals = |one, two| Arrivals::from_times([at(one), at(two)]).unwrap();
    assert_eq!(two.clamped(&arrivals(8_000, 6_000), at(5_000), slack), None);
    assert_eq!(two.clamped(&arrivals(8_500, 6_500), at(5_000), slack), None);
    let clamped = two.clamped(&arrivals(8_501, 6_000), at(5_000), slack);
    assert_eq!(clamped, Some(arrivals(8_000, 6_000)));
}
