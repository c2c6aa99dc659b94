//! The command line, as clap reads it.
//!
//! Each `--help` ends with examples, because that is where people look first.

use clap::{Args, Parser, Subcommand, ValueEnum};
use policy::language::{Json, Model, Name, Place, Report, Time};

use crate::plugin::Plugin;

/// Identity, token and rate-limit policy for Envoy and Istio.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell everything that is wrong with a document, an envoy.yaml or a WasmPlugin
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Print the JSON Schema (2020-12) of the document, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Print the reference page of the document in Markdown
    Reference,
    /// Make an API key, or the digest of one
    #[command(subcommand)]
    Key(KeyCommand),
}

/// What to check, and how to tell.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Check for this plugin, whatever the file says
    ///
    /// Left out, it is taken from the name of the .wasm file or image beside the document, and is
    /// `gateway` where there is none.
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) plugin: Option<Plugin>,

    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Files in YAML or JSON; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
}

/// What to do about an API key.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key for a client, and the line of the document that knows it
    #[command(after_help = NEW_EXAMPLES)]
    New(New),
    /// Read a key that exists from standard input, and print its SHA-256
    #[command(after_help = HASH_EXAMPLES)]
    Hash(Hash),
}

/// A key to be made.
#[derive(Args, Debug)]
pub(crate) struct New {
    #[command(flatten)]
    pub(crate) holder: Holder,

    /// How many random bytes of the operating system it holds; 16 are 128 bits
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u8).range(16..=64))]
    pub(crate) bytes: u8,

    /// How to print the key and its line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Whose key, and how long.
#[derive(Args, Debug)]
pub(crate) struct Holder {
    /// The client whose key it is, as conditions, limits and logs name it
    #[arg(long, value_name = "NAME", value_parser = client)]
    pub(crate) client: String,

    /// The last second in which it is taken, such as 2027-06-30T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) not_after: Option<String>,
}

/// A key that exists.
#[derive(Args, Debug)]
pub(crate) struct Hash {
    /// Print the whole line of the document, for this client
    #[arg(long, value_name = "NAME", value_parser = client)]
    pub(crate) client: Option<String>,

    /// The last second in which it is taken, such as 2027-06-30T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time, requires = "client")]
    pub(crate) not_after: Option<String>,
}

fn client(text: &str) -> Result<String, String> {
    read::<Name>(text)
}

fn time(text: &str) -> Result<String, String> {
    read::<Time>(text)
}

/// A text that a document would take.
fn read<T: Model>(text: &str) -> Result<String, String> {
    let mut report = Report::default();
    match T::read(&Json::Text(text.to_owned()), &Place::top(), &mut report) {
        Some(_) => Ok(text.to_owned()),
        None => Err(report.errors().join("; ")),
    }
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people.
    Text,
    /// One JSON object for programs.
    Json,
}

const EXAMPLES: &str = "\
Examples:
  portcullis check policy.yaml
  portcullis check envoy/*.yaml istio/overlays/*/*.yaml
  portcullis schema > portcullis.v1.json
  portcullis key new --client acme

`portcullis COMMAND --help` says more about each.";

const CHECK_EXAMPLES: &str = "\
A FILE may hold
  a document alone;
  an Envoy configuration: each wasm HTTP filter's configuration is checked, and whether the
  listener around it makes it safe;
  Kubernetes manifests: spec.pluginConfig of each WasmPlugin, spec.wasm.pluginConfig of each
  TrafficExtension.

Exit status: 0 nothing is refused, 1 a document is refused, 2 a file cannot be read or holds no
document.

Examples:
  portcullis check policy.yaml
  portcullis check --plugin spiffe_authz policy.yaml
  portcullis check envoy.yaml
  kubectl kustomize istio/overlays/sidecar | portcullis check -
  portcullis check --format json policy.yaml";

const SCHEMA_EXAMPLES: &str = "\
What the schema accepts can still be refused: it knows no conflicts between routes, no names that
must be there. `portcullis check` is the whole truth.

Example:
  portcullis schema > portcullis.v1.json
and as the first line of a document, for editors with the YAML language server:
  # yaml-language-server: $schema=portcullis.v1.json";

const NEW_EXAMPLES: &str = "\
The key is shown once and kept nowhere. Hand it out by a way that you would trust with a password;
the line, which holds its SHA-256 alone, goes into api_key.keys of the document.

Examples:
  portcullis key new --client acme
  portcullis key new --client acme --not-after 2027-06-30T00:00:00Z
  portcullis key new --client acme --format json | jq -r .key | pbcopy";

const HASH_EXAMPLES: &str = "\
For keys that clients hold already. The key is read to the end of standard input, a line's end behind
it is none of it. A key that can be guessed can be found from its digest: make new ones in time.

Examples:
  portcullis key hash < key.txt
  pass show partners/acme | portcullis key hash --client acme";
