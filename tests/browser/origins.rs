//! A page from elsewhere in the same browser reads nothing from the laptop's listeners.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::json;

use crate::chromium::Chromium;
use crate::laptop::laptop;

/// Serves one page to every request; returns its port.
fn foreign_page() -> u16 {
    const PAGE: &str = "<!doctype html><html data-shown=\"1\"><title>elsewhere</title></html>";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let length = PAGE.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{PAGE}"
            );
        }
    });
    port
}

/// What a page reads of an address: the body, or that it may not.
fn read(browser: &mut Chromium, url: &str, options: &serde_json::Value) -> String {
    let script = format!(
        "fetch({}, {options}).then((answer) => answer.text()).catch(() => 'blocked')",
        json!(url)
    );
    browser.evaluate(&script).as_str().unwrap().to_owned()
}

#[test]
fn a_page_of_another_origin_reads_nothing_even_when_it_knows_the_tokens() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("http://localhost:{}/", foreign_page()), 800);
    let list_tables = json!({
        "method": "POST",
        "headers": {
            "x-amz-target": "DynamoDB_20120810.ListTables",
            "content-type": "application/x-amz-json-1.0",
            "authorization": format!(
                "AWS4-HMAC-SHA256 Credential={}/20261128/us-east-1/dynamodb/aws4_request, \
                 SignedHeaders=host, Signature=0",
                aws_stand_ins::access_key_id()
            ),
        },
        "body": "{}",
    });
    assert_eq!(read(&mut browser, &laptop.dynamodb, &list_tables), "blocked");
    // A form's content type needs no preflight.
    let simple = json!({ "method": "POST", "body": "{\"describe\": true}" });
    let invoke = format!("{}invoke", laptop.url);
    for url in [&laptop.url, &invoke, &laptop.dynamodb] {
        assert_eq!(read(&mut browser, url, &simple), "blocked", "{url}");
    }
    assert_eq!(read(&mut browser, &laptop.url, &json!({})), "blocked");

    browser.open(&laptop.url, 800);
    assert!(read(&mut browser, "invoke", &simple).contains("report"), "its own page is answered");
}
