//! Requests out of a seed: mostly plain ones, and some of each way to be odd.

use portcullis_envoy_tests::Request;

/// One request and who sends it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// An index of the peers.
    pub(crate) peer: usize,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) host: &'static str,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

/// A sequence of numbers that a seed determines (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let rolled = self.roll() % bound as u64;
        usize::try_from(rolled).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Makes a case; `paths` are those that its policy names.
pub(crate) fn case(dice: &mut Dice, peers: usize, paths: &[&str]) -> Case {
    let plain = if dice.one_in(8) {
        dice.of(OTHER_PATHS)
    } else {
        dice.of(paths)
    };
    let path = if dice.one_in(3) {
        bent(dice, plain)
    } else {
        plain.to_owned()
    };
    // The first two may do the most; without a lean on them nearly everything would be denied.
    let peer = if dice.one_in(2) {
        dice.below(2)
    } else {
        dice.below(peers)
    };
    let tenant = || ("x-tenant", TENANTS);
    let mut headers = Vec::new();
    for _ in 0..dice.of(&[0, 1, 1, 1, 2]) {
        let (name, values) = tenant();
        headers.push((name, dice.of(values)));
    }
    if dice.one_in(20) {
        headers.push(("x-http-method-override", "DELETE"));
    }
    Case {
        peer,
        method: dice.of(METHODS),
        path,
        host: dice.of(HOSTS),
        headers,
    }
}

impl Case {
    pub(crate) fn request(&self) -> Request {
        let request = Request::hostless(self.method, &self.path).header("host", self.host);
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    /// Whether a header that a policy asks for is there more than once.
    pub(crate) fn repeats_a_header(&self) -> bool {
        let tenants = self.headers.iter().filter(|(name, _)| *name == "x-tenant");
        tenants.count() > 1
    }

    pub(crate) fn overrides_the_method(&self) -> bool {
        self.headers
            .iter()
            .any(|(name, _)| name.ends_with("override"))
    }

    /// The path alone, without a query.
    pub(crate) fn bare_path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// A path with one oddity.
fn bent(dice: &mut Dice, path: &str) -> String {
    let cut = path.rfind('/').unwrap_or_default();
    let (parent, last) = path.split_at(cut);
    let last = &last[1..];
    let first = last.as_bytes().first().copied().unwrap_or(b'x');
    match dice.below(18) {
        0 => format!("{path}/"),
        1 => format!("{parent}/%{first:02x}{}", last.get(1..).unwrap_or_default()),
        2 => format!("{parent}%2f{last}"),
        3 => format!("{parent}//{last}"),
        4 => format!("{parent}/./{last}"),
        5 => format!("{parent}/x/../{last}"),
        6 => format!("{path};v=1"),
        7 => format!("{path}%00"),
        8 => format!("{path}%ff"),
        9 => format!(
            "{parent}/%25{first:02x}{}",
            last.get(1..).unwrap_or_default()
        ),
        10 => format!("{parent}%5c{last}"),
        11 => format!("{path}?next=/v1/admin/users"),
        12 => format!("{path}x"),
        13 => format!("{path}/more"),
        14 => path.to_uppercase(),
        15 => format!("{path}/..;/admin"),
        16 => format!("{parent}/%2e%2e/{last}"),
        _ => format!("{path}/%zz"),
    }
}

const METHODS: &[&str] = &[
    "GET", "GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "get",
];

const TENANTS: &[&str] = &["blue", "green", "red", "Blue", "blue ", ""];

const HOSTS: &[&str] = &[
    "shop.test",
    "shop.test",
    "a.tenant.test",
    "a.tenant.test",
    "SHOP.test",
    "shop.test:8443",
    "shop.test.",
    "tenant.test",
    "a.b.tenant.test",
    "other.test",
    "user@a.tenant.test",
    "evil,a.tenant.test",
];

const OTHER_PATHS: &[&str] = &[
    "/",
    "/v1",
    "/v1/charges",
    "/v1/orders",
    "/v1/orders/7",
    "/v1/admin/users",
    "/metrics",
    "/healthz",
    "/internal/keys",
];
