//! The shared words of every policy: requests, decisions, routes, conditions, the document.
