//! One small service that plays catalog, orders and payments, and the demo round.
