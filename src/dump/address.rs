//! Addresses: what they stand for, and how their stores are asked.

use std::path::Path;

use object_store::ObjectStoreScheme;

/// Parameters of addresses that open the object to whoever has them, or say until when; a renewed address has others.
const SECRETS: [&str; 17] = [
    "signature",
    "sig",
    "policy",
    "key-pair-id",
    "expires",
    "awsaccesskeyid",
    "googleaccessid",
    "token",
    "access_token",
    "se",
    "sp",
    "sv",
    "st",
    "sr",
    "spr",
    "skoid",
    "sktid",
];
/// Where gcloud leaves credentials, below the home folder.
const GOOGLE_CREDENTIALS: &str = ".config/gcloud/application_default_credentials.json";
/// Settings of S3 that say how requests are signed.
const S3_CREDENTIALS: [&str; 6] = [
    "access_key_id",
    "secret_access_key",
    "web_identity_token_file",
    "container_credentials_relative_uri",
    "container_credentials_full_uri",
    "skip_signature",
];
/// Settings of Google Cloud Storage that do.
const GOOGLE_SIGNERS: [&str; 6] = [
    "service_account",
    "service_account_path",
    "service_account_key",
    "application_credentials",
    "bearer_token",
    "skip_signature",
];

/// What an address stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address<'a> {
    /// One object.
    One,
    /// All objects below it.
    Prefix,
    /// The objects below `prefix` whose names match `pattern`.
    Pattern { prefix: &'a str, pattern: &'a str },
}

impl Address<'_> {
    /// On the web a `?` begins a query, and an address with one is an object, whatever signs it has.
    pub(super) fn parse(address: &str) -> Address<'_> {
        let key = address.find("://").and_then(|at| Some(at + 3 + address.get(at + 3..)?.find('/')?));
        let Some(key) = key else { return Address::One };
        if has_query(address) {
            return Address::One;
        }
        let signs: &[char] = if is_web(address) { &['*'] } else { &['*', '?', '['] };
        let sign = address.get(key..).and_then(|path| path.find(signs)).map(|at| key + at);
        let split =
            sign.and_then(|sign| address.get(..sign)?.rfind('/')).map(|slash| address.split_at(slash + 1));
        match split {
            Some((prefix, pattern)) => Address::Pattern { prefix, pattern },
            None if address.ends_with('/') => Address::Prefix,
            None => Address::One,
        }
    }
}

fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Whether an address has a query, as presigned ones have.
pub(super) fn has_query(address: &str) -> bool {
    is_web(address) && address.contains('?')
}

/// An address without what opens the object, for messages and manifests.
pub(super) fn without_secrets(address: &str) -> String {
    let Some((place, query)) = address.split_once('?').filter(|_| has_query(address)) else {
        return address.to_owned();
    };
    let is_open = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default().to_ascii_lowercase();
        !SECRETS.contains(&name.as_str()) && !name.starts_with("x-amz-") && !name.starts_with("x-goog-")
    };
    let open: Vec<&str> = query.split('&').filter(is_open).collect();
    if open.is_empty() { place.to_owned() } else { format!("{place}?{}", open.join("&")) }
}

/// What signs the requests to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signing {
    /// What the environment says, or nothing that needs any.
    Configured,
    /// Nothing: there are no credentials, and the cloud's metadata address is not asked for them.
    Anonymous,
}

impl Signing {
    /// How requests to a store are signed, by the names of the environment's settings in small letters.
    pub(super) fn of(
        scheme: &ObjectStoreScheme,
        settings: &[(String, String)],
        home: Option<&Path>,
    ) -> Signing {
        let has = |names: &[&str], prefix: &str| {
            settings.iter().any(|(name, value)| {
                !value.is_empty() && names.contains(&name.strip_prefix(prefix).unwrap_or(name))
            })
        };
        let is_configured = match scheme {
            ObjectStoreScheme::AmazonS3 => has(&S3_CREDENTIALS, "aws_"),
            ObjectStoreScheme::GoogleCloudStorage => {
                has(&GOOGLE_SIGNERS, "google_")
                    || home.is_some_and(|home| home.join(GOOGLE_CREDENTIALS).exists())
            }
            _ => true,
        };
        if is_configured { Signing::Configured } else { Signing::Anonymous }
    }

    /// What to do when an anonymous request is refused.
    pub(super) fn advice(scheme: &ObjectStoreScheme) -> &'static str {
        match scheme {
            ObjectStoreScheme::GoogleCloudStorage => {
                "the request was anonymous; set GOOGLE_APPLICATION_CREDENTIALS, or give --cloud-metadata on a machine of the cloud"
            }
            _ => {
                "the request was anonymous; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --cloud-metadata on a machine of the cloud"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_query_is_one_object() {
        for one in [
            "https://a.example/dump.jsonl.gz?X-Amz-Signature=1*2&b=[x]",
            "https://a.example/what?",
            "https://a.example/a[1].jsonl",
            "http://[::1]:9000/dump.jsonl",
            "s3://bucket/dump.jsonl",
            "https://a.example",
        ] {
            assert_eq!(Address::parse(one), Address::One, "{one}");
        }
        assert_eq!(Address::parse("gs://bucket/crawl/"), Address::Prefix);
        for (address, prefix, pattern) in [
            ("s3://bucket/crawl/part-?.gz", "s3://bucket/crawl/", "part-?.gz"),
            ("s3://bucket/*/a[12].gz", "s3://bucket/", "*/a[12].gz"),
            ("http://[::1]:9000/crawl/*.gz", "http://[::1]:9000/crawl/", "*.gz"),
        ] {
            assert_eq!(Address::parse(address), Address::Pattern { prefix, pattern });
        }
    }

    #[test]
    fn secrets_of_an_address_stay_out_of_messages() {
        let signed = "https://a.example/a.gz?page=2&X-Amz-Credential=me&X-Amz-Signature=abc&sig=x&Expires=9";
        assert_eq!(without_secrets(signed), "https://a.example/a.gz?page=2");
        assert_eq!(without_secrets("https://a.example/a.gz?X-Goog-Signature=abc"), "https://a.example/a.gz");
        assert_eq!(without_secrets("s3://bucket/what?.gz"), "s3://bucket/what?.gz");
    }

    #[test]
    fn without_credentials_requests_are_anonymous() {
        let signing = |scheme, names: &[&str]| {
            let settings: Vec<(String, String)> =
                names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
            Signing::of(&scheme, &settings, None)
        };
        use ObjectStoreScheme::{AmazonS3, GoogleCloudStorage, Http};
        assert_eq!(signing(AmazonS3, &["aws_region", "aws_metadata_endpoint"]), Signing::Anonymous);
        assert_eq!(signing(AmazonS3, &["aws_web_identity_token_file"]), Signing::Configured);
        assert_eq!(signing(AmazonS3, &["google_service_account"]), Signing::Anonymous);
        assert_eq!(signing(GoogleCloudStorage, &["google_base_url"]), Signing::Anonymous);
        assert_eq!(signing(GoogleCloudStorage, &["google_service_account"]), Signing::Configured);
        assert_eq!(signing(Http, &[]), Signing::Configured);
    }
}
