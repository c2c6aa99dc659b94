//! From the section as it is written to what decides.

use std::cmp::Ordering;
use std::rc::Rc;

use policy::carrier::listed;
use policy::language::{Place, Report, Time};
use policy::{Carrier, Challenge, OTHERS, order};

use crate::Digest;
use crate::keys::{Key, Keys};
use crate::section::{KeyEntry, Section};
use crate::verifier::{AfterUse, Verifier};

/// How many keys a document may have.
const MAX_KEYS: usize = 10_000;

/// How many clients are counted by their names: those that stand first, so that all workers of a
/// proxy count the same ones. A proxy never forgets a counter.
const COUNTED: usize = 100;

/// Compiles the section; everything wrong goes to the report.
pub(crate) fn compile(section: &Section, place: &Place<'_>, report: &mut Report) -> Verifier {
    let carriers = listed(
        section.from_headers.as_deref().unwrap_or_default(),
        section.from_cookies.as_deref().unwrap_or_default(),
        section.from_params.as_deref().unwrap_or_default(),
        place,
        report,
    );
    if carriers.is_empty() {
        let message = "says nowhere where a request carries its key; write for example \
                       from_headers: [{name: x-api-key}]";
        report.error(place, message);
    }
    Verifier {
        keys: keys(&section.keys, &place.field("keys"), report),
        challenge: Rc::new(challenge(&carriers)),
        client_id_header: client_id_header(section, &carriers, place, report),
        carriers,
        after_use: if section.forward {
            AfterUse::Forward
        } else {
            AfterUse::Remove
        },
    }
}

fn keys(entries: &[KeyEntry], place: &Place<'_>, report: &mut Report) -> Keys {
    if entries.len() > MAX_KEYS {
        let found = entries.len();
        report.error(place, format_args!("{found} keys; at most {MAX_KEYS}"));
        return Keys::default();
    }
    let (clients, of_entry) = clients(entries);
    let read = |(index, entry): (usize, &KeyEntry)| {
        let key = Key {
            digest: digest(entry, &place.index(index), report)?,
            client: of_entry.get(index).copied()?,
            not_after: entry.not_after.map(Time::since_epoch),
        };
        Some((index, key))
    };
    let read: Vec<(usize, Key)> = entries.iter().enumerate().filter_map(read).collect();
    let by_digest = |a: usize, b: usize| match (read.get(a), read.get(b)) {
        (Some((_, a)), Some((_, b))) => a.digest.order(&b.digest),
        _ => Ordering::Equal,
    };
    let mut keys: Vec<Key> = Vec::with_capacity(read.len());
    let mut before = None;
    for (index, key) in in_order(read.len(), &by_digest, &read) {
        if keys.last().is_some_and(|last| last.digest.is(&key.digest)) {
            let before = before.unwrap_or_default();
            let message =
                format!("is that of keys[{before}] too; a key stands once, for one client");
            report.error(&place.index(*index).field("sha256"), message);
        }
        before = Some(*index);
        keys.push(key.clone());
    }
    let counted = counted(&clients, &of_entry);
    Keys::new(keys, clients, counted)
}

/// The clients by name, each once, and the number of each entry's client.
fn clients(entries: &[KeyEntry]) -> (Vec<Rc<str>>, Vec<usize>) {
    let name = |index: usize| entries.get(index).map(|entry| &entry.client);
    let by_name = |a: usize, b: usize| name(a).cmp(&name(b));
    let mut clients: Vec<Rc<str>> = Vec::new();
    let mut numbers = vec![0; entries.len()];
    let all: Vec<usize> = (0..entries.len()).collect();
    for index in in_order(entries.len(), &by_name, &all).copied() {
        if let (Some(name), Some(number)) = (name(index), numbers.get_mut(index)) {
            if clients.last().is_none_or(|last| **last != *name.as_str()) {
                clients.push(name.share());
            }
            *number = clients.len().saturating_sub(1);
        }
    }
    (clients, numbers)
}

/// What each client is counted under, by the numbers of the clients as they stand in the document.
fn counted(clients: &[Rc<str>], of_entry: &[usize]) -> Vec<Rc<str>> {
    let others: Rc<str> = OTHERS.into();
    let mut counted = vec![Rc::clone(&others); clients.len()];
    let mut left = COUNTED;
    for number in of_entry {
        if let (Some(name), Some(under)) = (clients.get(*number), counted.get_mut(*number))
            && left > 0
            && **under == *others
        {
            under.clone_from(name);
            left = left.saturating_sub(1);
        }
    }
    counted
}

/// Items in the order of a comparison of their indices.
fn in_order<'i, T>(
    len: usize,
    compare: &dyn Fn(usize, usize) -> Ordering,
    items: &'i [T],
) -> impl Iterator<Item = &'i T> {
    let order = order(len, compare).into_iter();
    order.filter_map(|number| items.get(usize::try_from(number).ok()?))
}

fn digest(entry: &KeyEntry, place: &Place<'_>, report: &mut Report) -> Option<Digest> {
    let text = entry.sha256.0.as_str();
    let digest = Digest::parse(text);
    if digest.is_none() {
        let place = place.field("sha256");
        let (length, client) = (text.chars().count(), entry.client.as_str());
        if Digest::parse(&text.to_ascii_lowercase()).is_some() {
            report.error(&place, "write its hex digits in lower case");
        } else {
            let message = format!(
                "{length} characters; expected 64 hex digits: a key itself never belongs here; make \
                 the pair with `portcullis key new --client {client}`"
            );
            report.error(&place, message);
        }
    }
    digest
}

fn client_id_header(
    section: &Section,
    carriers: &[Carrier],
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Rc<str>> {
    let header = section.client_id_header.as_ref()?;
    let name = header.as_str();
    let place = place.field("client_id_header");
    if header.is_reserved() {
        let message = format!("\"{name}\" is the proxy's own; tell the upstream in another");
        report.error(&place, message);
    } else if carriers
        .iter()
        .any(|carrier| carrier.header_name() == Some(name))
    {
        let message = format!("\"{name}\" carries keys; tell the upstream in another");
        report.error(&place, message);
    }
    Some(header.share())
}

/// What a client without a good key is told (RFC 9110 §11.6.1): the schemes of keys in
/// `authorization`. For a key in any other place no scheme is registered, and `ApiKey` says what is
/// asked for.
fn challenge(carriers: &[Carrier]) -> Challenge {
    let mut schemes: Vec<&str> = Vec::new();
    for scheme in carriers.iter().filter_map(Carrier::scheme) {
        if !schemes.contains(&scheme) {
            schemes.push(scheme);
        }
    }
    if schemes.is_empty() {
        schemes.push("ApiKey");
    }
    let text = schemes.join(", ");
    Challenge {
        full: text.clone(),
        bare: text,
    }
}
