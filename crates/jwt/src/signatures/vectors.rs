//! One key and one good signature for each algorithm that the proxy may verify.
//!
//! They are public, and prove nothing but that the proxy calculates.

/// What was signed.
pub(super) const MESSAGE: &[u8] = b"portcullis";

/// The modulus of an RSA key of 2,048 bits, whose private half was thrown away.
pub(super) const MODULUS: &str = "\
     oegfjBBVrhiK3RqQM4CcYEU2Sfr3sd2ddShvB8GGJbrboni9tb6TJFPmTQhtXhzfHfvy8sJBnvEWG1MUjlacS3E-prh5\
     6jhw-D9o_9-VXkjM5PlxkM6yqwIrJU-XMVtDhjab-gaSRv1Y5QOyYvX7GCEa6R2QpFpTLCqOWmMKeKfyiI8YL7Xas5YV\
     FkPJy7__jVzCrAVkr1IZcAreg24N3_39v3YQHGjfoCaXaeChvPAJjdd3MB24TkcPyt1vclkv3p-Idn6P-_T_-_9ssmdM\
     TW9CvofTPaYJkfNL--HGTTvRlCFRonqAYQ1xmQ4062jeUJWgjmy3SO8t3M5UrWcVmw";

/// RSA PKCS#1 with SHA-256 over [`MESSAGE`].
pub(super) const RS256: &str = "\
     ROWzf-DUnPZqSnLOQCZTCE7cLtADiQ_Zvzm91G-_-9SGYgRStRQIbmu8oJAO9TcyL98s-Bd6IQyxHQBwTN3NjoJM3BB9\
     cvDran_HEviYE_3NkqcCQgaJo0qiCw4_pUDRJTNTJQB0d5hrOeNUPUVQfQJ04uAnnLfoEsORxmunG9fwOzlEpxXivxwI\
     eotWqQAezm_njWvGsNv9TFPXkJbppJ5EwbN2zY6jjItHLfgs_8Zj6ueit-GsVzVhe9dlX2sRcpdVaXN7MFt6b1zjGP7N\
     UZcfpJeFSQ4-4k6G18Aalo7FNOeoaMA22GsIxmxUXb636YLb0KMAzjckyza8NW8mHQ";

/// The same with SHA-384.
pub(super) const RS384: &str = "\
     DwefEj9gUi2eryw2Bh2EGYqgqbdmlfwMgCtScG9OSNMWHCaiEzb-d4ckrw1rfPP9lufLtWWQ1oJvLHer8qHZOZI0xZz5\
     7BKSDyKW8Tq0BoolJ4KA7w1sme33WAB81bVTFQ19rayKenHwkAzPTXRkDA26ymhY8p4tpg7M2-t-VL2TiY5y7s9MYz9-\
     3AbX4dTQm-ThS_3Kedp8b5rMxK1XGBRe6jNR0tCoK23yjQWVpZR6F52NmtmCWv2ikHLtZcvjqh1U4ciqkklkF7xPazxc\
     e_oMP3wDYLYWh68oKLHA7EibojMCJBgKkPYzU8qwB-SqhuuC-MOehC3-9m1dcP9crQ";

/// The same with SHA-512.
pub(super) const RS512: &str = "\
     ix8FM59oQ9BWqUkBZih9CgasaBaFf2_NYF4sXQ-MLjqZbxi45oTePxu2SzGWE7eh4wRWuQZA4atDni-RJKxyUdpW3sr7\
     EP9TA53nQhbFUS73vXl_Ewd1BCll02wHCycTgpl2uiWgD1HhMJpVLlmekAEDkB99B7adRv1DZ1hszBIRhTkHEIHuUINs\
     E2VYW12VrAzk4Ye2TpPuur8XsZCf58aSFxBY6mUc_XIJpz-WO1ZYBh1eX9FZa8JARLUrszpW-wc7hvCwEK09sbN-UHGo\
     cujmmPvb4YUUg0k84yyw3ukedyC9IaYaaV3S2KJ-iKjocayDmSI2CX6lM0IrULvazg";

/// A point on P-256, uncompressed, whose private half was thrown away.
pub(super) const POINT: &str = "\
     BPcxtA4TfSi3qmjZ-NkEOdr4ZQSgnChfYbPHuMpzjMqBLxV1hgwpa4T-yYFmRNUStDPwtYNNp1j6RCluI7aP23E";

/// ECDSA with SHA-256: r and s.
pub(super) const ES256: &str = "\
     mMi2ktqFW4BbjngaiZVg2p6UhAIgfwBDC2uYfaCvypdCrWb_GNUV3fe8PlkH1KVMmCpOdR8z9srQ-km4AylIVw";
