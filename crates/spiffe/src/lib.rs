//! Workload identity: SPIFFE IDs and X509-SVIDs.
