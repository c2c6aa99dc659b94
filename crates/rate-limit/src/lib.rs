//! Rate limits: exact over all workers of a proxy, in fixed memory.
