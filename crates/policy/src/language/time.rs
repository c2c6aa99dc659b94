//! A point in time as a document writes it: RFC 3339 in UTC, to the second.

use std::time::Duration;

use super::{Json, Model, Place, Report, Shape, Text};

/// A time such as `2027-06-30T00:00:00Z`, from 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(u64);

impl Time {
    /// The time in a text of RFC 3339 §5.6 that ends in `Z`, without fractions of a second.
    ///
    /// ```
    /// use policy::language::Time;
    /// let time = Time::parse("2027-06-30T00:00:00Z").unwrap();
    /// assert_eq!(time.since_epoch().as_secs(), 1_814_313_600);
    /// assert!(Time::parse("2027-02-29T00:00:00Z").is_none());
    /// assert!(Time::parse("2027-06-30T02:00:00+02:00").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        let fits = year >= 1970 && hour < 24 && minute < 60 && second < 60;
        let days = days_before(year)
            .checked_add(day_of_year(year, month, day)?)
            .filter(|_| fits)?;
        let minutes = hour.checked_mul(60)?.checked_add(minute)?;
        let seconds = minutes.checked_mul(60)?.checked_add(second)?;
        days.checked_mul(86_400)?.checked_add(seconds).map(Self)
    }

    /// The time since the Unix epoch.
    #[must_use]
    pub const fn since_epoch(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

/// Three numbers of so many digits each.
fn numbers(text: &str, between: char, widths: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(between);
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| digits)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// The days from 1970-01-01 to the first of January of a year from then on.
const fn days_before(year: u64) -> u64 {
    let years = year.saturating_sub(1970);
    let leap_days = leap_years(year.saturating_sub(1)).saturating_sub(leap_years(1969));
    years.saturating_mul(365).saturating_add(leap_days)
}

/// How many leap years there are up to a year.
const fn leap_years(year: u64) -> u64 {
    (year / 4)
        .saturating_sub(year / 100)
        .saturating_add(year / 400)
}

/// The days of this year before a date; `None` where there is no such date.
fn day_of_year(year: u64, month: u64, day: u64) -> Option<u64> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let february = if is_leap { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let index = usize::try_from(month.checked_sub(1)?).ok()?;
    let length = months.get(index)?;
    let before: u64 = months.iter().take(index).sum();
    (1..=*length)
        .contains(&day)
        .then(|| before.saturating_add(day).saturating_sub(1))
}

impl Model for Time {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let time = Self::parse(text.as_str());
        if time.is_none() {
            report.error(
                place,
                format_args!(
                    "\"{}\" is not a time in UTC; write it as \"2027-06-30T00:00:00Z\"",
                    text.as_str()
                ),
            );
        }
        time
    }

    fn shape() -> Shape {
        Shape::Pattern(
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
            "time such as 2027-06-30T00:00:00Z",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        // seconds by `date -u -d TEXT +%s`
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-12-31T23:59:59Z", Some(31_535_999)),
            ("2000-02-29T12:34:56Z", Some(951_827_696)),
            ("2000-03-01T00:00:00Z", Some(951_868_800)),
            ("2023-11-14T22:13:20Z", Some(1_700_000_000)),
            ("2100-03-01T00:00:00Z", Some(4_107_542_400)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799)),
            ("1969-12-31T23:59:59Z", None),
            ("2100-02-29T00:00:00Z", None),
            ("2027-00-10T00:00:00Z", None),
            ("2027-13-10T00:00:00Z", None),
            ("2027-04-31T00:00:00Z", None),
            ("2027-04-00T00:00:00Z", None),
            ("2027-04-01T24:00:00Z", None),
            ("2027-04-01T00:60:00Z", None),
            ("2027-04-01T00:00:60Z", None),
            ("2027-4-01T00:00:00Z", None),
            ("2027-04-01T00:00:00", None),
            ("2027-04-01T00:00:00z", None),
            ("2027-04-01 00:00:00Z", None),
            ("2027-04-01T00:00:00.5Z", None),
            ("2027-04-01T00:00:00+00:00", None),
            ("+027-04-01T00:00:00Z", None),
            ("2027-04-01-01T00:00:00Z", None),
            ("2027-04-01", None),
            ("", None),
        ] {
            let read = Time::parse(text).map(|time| time.since_epoch().as_secs());
            assert_eq!(read, seconds, "{text}");
        }
    }
}
