//! The command line, as clap reads it.
//!
//! Each `--help` ends with examples, because that is where people look first.

use clap::{Args, Parser, Subcommand, ValueEnum};

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
