//! All policies in one pass.
