//! `doctor` and `import` behind a proxy: one on loopback, which leads Microsoft's hosts to the fake Graph.

use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex};

use fake_graph::{CLIENT_ID, CLIENT_SECRET, FakeGraph, Options, TENANT_ID};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::command;
use crate::import::record;

const CALL: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";

/// A proxy that understands CONNECT. Behind it every host is the fake Graph, with a certificate of the test's
/// authority.
struct Proxy {
    address: SocketAddr,
    connects: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(graph: &FakeGraph) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connects = Arc::<Mutex<Vec<String>>>::default();
        let fake = graph.url().trim_start_matches("http://").to_owned();
        let (acceptor, seen) = (acceptor(), Arc::clone(&connects));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (acceptor, seen, fake) = (acceptor.clone(), Arc::clone(&seen), fake.clone());
                tokio::spawn(async move {
                    let Some(head) = read_head(&mut client).await else { return };
                    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    assert!(head.starts_with("CONNECT "), "{head}");
                    seen.lock().unwrap().push(target);
                    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
                    let Ok(client) = acceptor.accept(client).await else { return };
                    let server = TcpStream::connect(&fake).await.unwrap();
                    let (mut from_client, mut to_client) = split(client);
                    let (mut from_server, mut to_server) = server.into_split();
                    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
                    // The fake Graph answers to its own name only.
                    while let Some(head) = read_head(&mut from_client).await {
                        let (head, length) = rename(&head, &fake);
                        let mut body = vec![0; length];
                        from_client.read_exact(&mut body).await.unwrap();
                        to_server.write_all(head.as_bytes()).await.unwrap();
                        to_server.write_all(&body).await.unwrap();
                    }
                });
            }
        });
        Self { address, connects }
    }

    fn connects(&self) -> Vec<String> {
        let mut connects = self.connects.lock().unwrap().clone();
        connects.sort();
        connects.dedup();
        connects
    }
}

fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("proxy/hosts.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("proxy/hosts.key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], key).unwrap()))
}

/// What comes up to an empty line; none at the end.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// The head with another host, and the length of the body.
fn rename(head: &str, host: &str) -> (String, usize) {
    let mut length = 0;
    let lines = head.trim_end().lines().map(|line| match line.split_once(": ") {
        Some((name, _)) if name.eq_ignore_ascii_case("host") => format!("host: {host}\r\n"),
        Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
            length = value.parse().unwrap();
            format!("{line}\r\n")
        }
        _ => format!("{line}\r\n"),
    });
    let head: String = lines.collect();
    (format!("{head}\r\n"), length)
}

async fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(arguments);
    command.args(["--tenant-id", TENANT_ID, "--client-id", CLIENT_ID]);
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shell/proxy/authority.pem");
    command.env("CLIENT_SECRET", CLIENT_SECRET).env("SSL_CERT_FILE", authority);
    command.envs(variables.iter().copied());
    tokio::process::Command::from(command).output().await.unwrap()
}

/// The outcomes of doctor's steps, and everything that it said.
fn steps(ran: &Output) -> (Vec<(String, String)>, String) {
    let text = String::from_utf8(ran.stdout.clone()).unwrap();
    let errors = String::from_utf8_lossy(&ran.stderr);
    let diagnosis: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{errors}"));
    let findings = diagnosis["findings"].as_array().unwrap().iter().map(|finding| {
        let of = |name: &str| finding[name].as_str().unwrap().to_owned();
        (of("step"), of("outcome"))
    });
    (findings.collect(), format!("{text}{errors}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_and_import_go_through_the_proxy_of_the_environment() {
    let graph = FakeGraph::start(Options::default()).await.unwrap();
    graph.load(&record(CALL)).unwrap();
    let proxy = Proxy::start(&graph).await;
    let address = format!("http://{}", proxy.address);
    let both = ["graph.microsoft.com:443", "login.microsoftonline.com:443"];

    let (steps, said) = steps(&run(&["doctor", "--json"], &[("HTTPS_PROXY", &address)]).await);
    for step in ["clock", "token", "consent", "list"] {
        assert!(steps.contains(&(step.to_owned(), "ok".to_owned())), "{said}");
    }
    assert_eq!(proxy.connects(), both);

    proxy.connects.lock().unwrap().clear();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("calls.db");
    let import = ["import", "--days", "2", "--json", "--data", data.to_str().unwrap()];
    let ran = run(&import, &[("https_proxy", &address)]).await;
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let summary: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(summary["stored"], 1, "{summary}");
    assert_eq!(proxy.connects(), both);
}

/// Names of `.invalid` lead nowhere: nothing leaves this machine.
const NOWHERE: [&str; 6] = [
    "doctor",
    "--json",
    "--graph-url",
    "https://graph.invalid",
    "--login-url",
    "https://login.invalid",
];

#[tokio::test(flavor = "multi_thread")]
async fn hosts_in_no_proxy_are_reached_without_it_and_the_error_says_what_is_set() {
    let graph = FakeGraph::start(Options::default()).await.unwrap();
    let proxy = Proxy::start(&graph).await;
    let address = format!("http://user:hunter2@{}", proxy.address);
    let ran = run(&NOWHERE, &[("HTTPS_PROXY", &address), ("NO_PROXY", ".invalid")]).await;
    let (_, said) = steps(&ran);
    assert_eq!(proxy.connects(), Vec::<String>::new());
    assert!(said.contains(&format!("HTTPS_PROXY names the proxy {}", proxy.address)), "{said}");
    assert!(said.contains("NO_PROXY") && !said.contains("hunter2"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_does_not_answer_is_named_and_none_is_suggested() {
    let (_, said) = steps(&run(&NOWHERE, &[("HTTPS_PROXY", "http://127.0.0.1:1")]).await);
    assert!(said.contains("HTTPS_PROXY names the proxy 127.0.0.1:1"), "{said}");
    let (_, said) = steps(&run(&NOWHERE, &[]).await);
    assert!(
        said.contains("if this network has a proxy for https, name it in HTTPS_PROXY"),
        "{said}"
    );
    let refused = run(&NOWHERE, &[("HTTPS_PROXY", "socks5://user:hunter2@127.0.0.1:1")]).await;
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("HTTPS_PROXY holds no address of a proxy") && !said.contains("hunter2"));
}
