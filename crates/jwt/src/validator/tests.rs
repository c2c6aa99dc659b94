use super::*;

const NOW: Duration = Duration::from_secs(1_000_000);

fn validator() -> Validator {
    Validator {
        profile: Profile::Jwt,
        id_tokens: IdTokens::Take,
        origin: Origin::Issuer("https://login.test".into()),
        audiences: Audiences::OneOf(vec!["shop".into(), "cart".into()]),
        clock_skew: Duration::from_secs(60),
        max_lifetime: None,
    }
}

fn check(validator: &Validator, extra: &str) -> Result<(), Reason> {
    let json = format!(r#"{{"iss":"https://login.test","aud":"shop"{extra}}}"#);
    let claims = Claims::parse(json.as_bytes()).expect("claims");
    validator.check(&claims, NOW)
}

#[test]
fn dates_are_compared_with_the_skew_on_the_right_side() {
    for (extra, verdict) in [
        (r#","exp":1000001"#, Ok(())),
        (r#","exp":999941"#, Ok(())), // 59 s ago
        (r#","exp":999940.5"#, Ok(())),
        (r#","exp":999940"#, Err(reason::EXPIRED)), // on its time, with the skew
        (r#","exp":0"#, Err(reason::EXPIRED)),
        (r#","exp":9007199254740991"#, Ok(())),
        (r#","exp":1000600,"nbf":1000060"#, Ok(())),
        (
            r#","exp":1000600,"nbf":1000060.25"#,
            Err(reason::NOT_YET_VALID),
        ),
        (
            r#","exp":1000600,"nbf":1000061"#,
            Err(reason::NOT_YET_VALID),
        ),
        (
            r#","exp":1000600,"iat":1000061"#,
            Err(reason::NOT_YET_VALID),
        ),
        (r#","exp":1000600,"iat":1000060"#, Ok(())),
        (r#","exp":999000,"nbf":1000061"#, Err(reason::EXPIRED)),
    ] {
        assert_eq!(check(&validator(), extra), verdict, "{extra}");
    }
}

#[test]
fn a_lifetime_is_from_iat_or_else_from_now() {
    let validator = Validator {
        max_lifetime: Some(Duration::from_hours(1)),
        ..validator()
    };
    for (extra, verdict) in [
        (r#","exp":1003600"#, Ok(())),
        (r#","exp":1003601"#, Err(reason::LIFETIME)),
        (r#","exp":1003000,"iat":999400"#, Ok(())),
        (r#","exp":1003000,"iat":999399"#, Err(reason::LIFETIME)),
        (r#","exp":9007199254740991,"iat":0"#, Err(reason::LIFETIME)),
        (r#","exp":999990,"iat":1000050"#, Ok(())), // never negative
    ] {
        assert_eq!(check(&validator, extra), verdict, "{extra}");
    }
}

#[test]
fn an_access_token_says_who_asked_for_it_and_which_it_is() {
    let validator = Validator {
        profile: Profile::AccessToken,
        ..validator()
    };
    let complete = r#","exp":1000001,"iat":999000,"jti":"a","sub":"ada","client_id":"web""#;
    assert_eq!(check(&validator, complete), Ok(()));
    for claim in [
        r#","iat":999000"#,
        r#","jti":"a""#,
        r#","sub":"ada""#,
        r#","client_id":"web""#,
    ] {
        let without = complete.replace(claim, "");
        assert_ne!(without, complete);
        assert_eq!(
            check(&validator, &without),
            Err(reason::MISSING_CLAIM),
            "{claim}"
        );
    }
    let number = complete.replace(r#""web""#, "7");
    assert_eq!(check(&validator, &number), Err(reason::MISSING_CLAIM));
}

#[test]
fn a_svid_is_of_its_trust_domain_whatever_its_issuer() {
    fn is_in(subject: &str, domain: &str) -> bool {
        subject == format!("spiffe://{domain}/a")
    }
    let validator = Validator {
        profile: Profile::JwtSvid,
        origin: Origin::TrustDomain("mesh.test".into(), is_in),
        ..validator()
    };
    for (subject, verdict) in [
        (r#","sub":"spiffe://mesh.test/a""#, Ok(())),
        (
            r#","sub":"spiffe://other.test/a""#,
            Err(reason::BAD_SUBJECT),
        ),
        (r#","sub":"ada""#, Err(reason::BAD_SUBJECT)),
        ("", Err(reason::MISSING_CLAIM)),
    ] {
        let json = format!(r#"{{"exp":1000001,"aud":"shop"{subject}}}"#);
        let claims = Claims::parse(json.as_bytes()).expect("claims");
        assert_eq!(validator.check(&claims, NOW), verdict, "{subject}");
    }
}

#[test]
fn an_id_token_is_told_by_its_marks_where_asked_for() {
    let validator = Validator {
        id_tokens: IdTokens::Refuse,
        ..validator()
    };
    assert_eq!(
        check(&validator, r#","exp":1000001,"typ":"Bearer""#),
        Ok(())
    );
    for mark in [
        r#""nonce":"n""#,
        r#""at_hash":"h""#,
        r#""c_hash":"h""#,
        r#""s_hash":"h""#,
        r#""typ":"ID""#,
    ] {
        let claims = format!(r#","exp":1000001,{mark}"#);
        assert_eq!(check(&validator, &claims), Err(reason::BAD_TYPE), "{mark}");
        assert_eq!(check(&self::validator(), &claims), Ok(()), "{mark}");
    }
}

#[test]
fn the_issuer_is_compared_byte_by_byte_and_one_audience_is_enough() {
    let check = |json: &str| {
        let claims = Claims::parse(json.as_bytes()).expect("claims");
        validator().check(&claims, NOW)
    };
    for (json, verdict) in [
        (
            r#"{"exp":2e6,"iss":"https://login.test","aud":["x","cart"]}"#,
            Ok(()),
        ),
        (
            r#"{"exp":2e6,"iss":"https://login.test","aud":[]}"#,
            Err(reason::WRONG_AUDIENCE),
        ),
        (
            r#"{"exp":2e6,"iss":"https://login.test","aud":"Shop"}"#,
            Err(reason::WRONG_AUDIENCE),
        ),
        (
            r#"{"exp":2e6,"iss":"https://login.test"}"#,
            Err(reason::WRONG_AUDIENCE),
        ),
        (
            r#"{"exp":2e6,"iss":"https://login.test/","aud":"shop"}"#,
            Err(reason::UNKNOWN_ISSUER),
        ),
        (
            r#"{"exp":2e6,"iss":"HTTPS://login.test","aud":"shop"}"#,
            Err(reason::UNKNOWN_ISSUER),
        ),
        (r#"{"exp":2e6,"aud":"shop"}"#, Err(reason::UNKNOWN_ISSUER)),
    ] {
        assert_eq!(check(json), verdict, "{json}");
    }
    let any = Validator {
        audiences: Audiences::Any,
        ..validator()
    };
    let claims = Claims::parse(br#"{"exp":2e6,"iss":"https://login.test"}"#);
    assert_eq!(any.check(&claims.expect("claims"), NOW), Ok(()));
}
