use std::io::Write;

use super::*;

fn function_with(variables: &[(&str, &str)]) -> Trust {
    Trust::of_function(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn a_function_trusts_the_compiled_in_roots_unless_its_environment_names_others() {
    let file = |path: &str| Trust::Files { file: Some(path.into()), folder: None };
    assert_eq!(function_with(&[]), Trust::CompiledIn);
    assert_eq!(function_with(&[("SSL_CERT_FILE", "/a.pem")]), file("/a.pem"));
    assert_eq!(function_with(&[("AWS_CA_BUNDLE", "/b.pem")]), file("/b.pem"));
    assert_eq!(
        function_with(&[("AWS_CA_BUNDLE", "/b.pem"), ("SSL_CERT_FILE", "/a.pem")]),
        file("/a.pem")
    );
    assert_eq!(
        function_with(&[("SSL_CERT_DIR", "/certificates")]),
        Trust::Files { file: None, folder: Some("/certificates".into()) }
    );
}

/// The roots of the hosts that the functions speak to: Amazon's own and DigiCert's for Microsoft.
#[test]
fn the_compiled_in_roots_have_those_of_aws_and_of_microsoft() {
    let subjects: Vec<String> = webpki_roots::TLS_SERVER_ROOTS
        .iter()
        .map(|root| String::from_utf8_lossy(root.subject.as_ref()).into_owned())
        .collect();
    for root in [
        "Amazon Root CA 1",
        "Amazon Root CA 2",
        "Amazon Root CA 3",
        "Amazon Root CA 4",
        "Starfield Services Root Certificate Authority - G2",
        "DigiCert Global Root G2",
        "DigiCert Global Root G3",
        "Microsoft RSA Root Certificate Authority 2017",
        "Microsoft ECC Root Certificate Authority 2017",
    ] {
        assert!(subjects.iter().any(|subject| subject.contains(root)), "{root}");
    }
    assert!(build(&Trust::CompiledIn).is_ok());
}

#[test]
fn files_that_hold_no_certificate_are_an_error_that_says_so() {
    let mut empty = tempfile::NamedTempFile::new().unwrap();
    writeln!(empty, "no certificate").unwrap();
    for file in [empty.path().to_owned(), "/nowhere/at/all.pem".into()] {
        let error = build(&Trust::Files { file: Some(file), folder: None }).unwrap_err();
        assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
    }
}

#[test]
fn a_file_of_certificates_is_trusted() {
    // Certificates are data: any will do, and the platform's are at hand where this runs.
    let platform = rustls_native_certs::load_native_certs().certs;
    let Some(certificate) = platform.first() else { return };
    let encoded = pem(certificate.as_ref());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(encoded.as_bytes()).unwrap();
    let roots = from_files(Some(file.path()), None).unwrap();
    assert_eq!(roots.len(), 1);
}

/// A certificate as PEM.
fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
