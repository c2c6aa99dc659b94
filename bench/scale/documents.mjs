// Documents of one shape at many sizes: the plain ones that users write, and the bad ones that a
// load check must survive. Each function takes a number and answers an object for JSON.stringify.

const ID = (n) => `spiffe://example.org/ns/ns${n % 97}/sa/workload-${n}`;

/** The caller of every request; it is in each document, once. */
export const CALLER = ID(0);

const numbers = (n) => Array.from({ length: n }, (_, at) => at);
const document = (routes) => ({
  version: "v1",
  identity: { trust_domain: "example.org" },
  routes,
});
const route = (at, match, allow) => ({ name: `r${at}`, ...match, allow });
const open = (n, match) => document(numbers(n).map((at) => route(at, match(at), "any")));
/** A path of segments, of which those whose bit is set are `{x}`. */
const lattice = (bits, depth) =>
  "/" + numbers(depth).map((at) => ((bits >> at) & 1 ? "{x}" : "a")).join("/");

/** n routes: one with n / 10 templates, one that closes all the rest, and the others each with a path
 * and a principal of its own. */
export function routes(n) {
  const each = (at) =>
    route(at, { paths: [`/v1/s${at % 100}/r${at}`] }, { service_accounts: [`ns${at % 97}/workload-${at}`] });
  const templates = numbers(Math.max(1, n / 10)).map((at) => `spiffe://partner.net/team${at}/{job}`);
  const partners = route("-partners", { paths: ["/partners/**"] }, { principals: templates });
  const rest = route("-rest", { paths: ["/**"] }, "none");
  return document([...numbers(n - 2).map(each), partners, rest]);
}

/** One route that n exact principals and n / 10 templates may call. */
export function principals(n) {
  const exact = numbers(n).map(ID);
  const templates = numbers(Math.max(1, n / 10)).map((at) => `spiffe://partner.net/team${at}/{job}`);
  return document([route(0, { paths: ["/v1/s0/r0"] }, { principals: [...exact, ...templates] })]);
}

/** n hosts with a route for every path of theirs. */
export const hosts = (n) => open(n, (at) => ({ hosts: [`h${at}.example.org`], paths: ["/**"] }));

/** n domains, each with all names below it. */
export const domains = (n) => open(n, (at) => ({ hosts: [`*.d${at}.org`], paths: ["/**"] }));

/** n / 2 domains beside n / 2 hosts that are in none of them. */
export const domainsAndHosts = (n) =>
  open(n, (at) => ({ hosts: [at % 2 ? `*.d${at}.org` : `h${at}.net`], paths: ["/**"] }));

/** n methods of one path. */
export const methods = (n) => open(n, (at) => ({ methods: [`M${at}`], paths: ["/**"] }));

/** n ports of one path. */
export const ports = (n) => open(n, (at) => ({ ports: [at + 1], paths: ["/**"] }));

/** n literals below one `{x}`. */
export const belowAny = (n) => open(n, (at) => ({ paths: [`/{x}/r${at}`] }));

/** n / 2 literals below one `{x}`, beside n / 2 literals with something else below them. */
export const besideAny = (n) =>
  open(n, (at) => ({ paths: [at % 2 ? `/{x}/r${at}` : `/s${at}/t`] }));

/** Every generalisation of one path: each two of them overlap, and a third settles it. */
export const everyTemplate = (n) => {
  const depth = Math.max(1, Math.floor(Math.log2(n)));
  return open(2 ** depth, (at) => ({ paths: [lattice(at, depth)] }));
};

/** Nested paths under nested domains, all of each with all of the other. */
export const grid = (n) => {
  const side = Math.max(1, Math.floor(Math.sqrt(n)));
  const path = (at) => "/a".repeat(at) + "/**";
  const host = (at) => `*.${"a.".repeat(at)}org`;
  return open(side * side, (at) => ({ hosts: [host(at % side)], paths: [path(Math.floor(at / side))] }));
};

/** The same as one list of hosts and one of paths. */
export const gridOfOne = (n) => {
  const side = Math.max(1, Math.floor(Math.sqrt(n)));
  const paths = numbers(side).map((at) => "/a".repeat(at) + "/**");
  const hosts = numbers(side).map((at) => `*.${"a.".repeat(at % 100)}d${Math.floor(at / 100)}`);
  return document([route(0, { hosts, paths }, "any")]);
};

/** n paths that each overlap n others with nothing to settle it: refused. */
export const conflicts = (n) =>
  open(n, (at) => ({ paths: [at % 2 ? `/{x}/r${at}` : `/s${at}/{y}`] }));

/** n routes: all but one a guarded path, each of which leaves its other methods to one guarded route: a note each. */
export const leftovers = (n) => {
  const guarded = { namespaces: ["shop"] };
  const each = (at) => route(at, { methods: [`M${at}`], paths: [`/r${at}`] }, guarded);
  return document([...numbers(n - 1).map(each), route("-rest", { paths: ["/**"] }, guarded)]);
};

/** Two parts of one condition with n principals each, of which no two meet: refused. */
export const neverBoth = (n) =>
  document([
    route(0, { paths: ["/**"] }, {
      principals: numbers(n).map((at) => `spiffe://example.org/ns/a${at}/sa/{x}`),
      namespaces: numbers(n).map((at) => `b${at}`),
    }),
  ]);

/** One route of 10 n atoms, which is as many as there may be at 10,000. */
export function atoms(n) {
  const hosts = numbers(Math.max(1, n / 100)).map((at) => `h${at}.example.org`);
  return document([route(0, { hosts, paths: numbers(1000).map((at) => `/v1/r${at}`) }, "any")]);
}

/** One route of 10 n short paths that differ. */
export const paths = (n) => document([route(0, { paths: numbers(n * 10 - 1).map((at) => `/${at}`) }, "any")]);

/** As many short principals as 1 MiB holds at 10,000. */
export const short = (n) =>
  document([route(0, { paths: ["/"] }, { principals: numbers(n * 5).map((at) => `spiffe://a/${at}`) })]);

/** One route that is wrong in n places: refused. */
export const errors = (n) => document([route(0, { paths: numbers(n).map((at) => `${at}//`) }, "any")]);

/** 34 n empty lists where routes should be: refused. */
export const brackets = (n) => ({ version: "v1", routes: numbers(n * 34).map(() => []) });

/** One path of n segments, one for each shorter path. */
export const deep = (n) => {
  const depth = Math.max(1, Math.floor(Math.sqrt(n)));
  return open(depth, (at) => ({ paths: ["/a".repeat(at) + "/**"] }));
};
