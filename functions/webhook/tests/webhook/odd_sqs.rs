//! An SQS that misbehaves below its protocol. In virtual time, so that the time of an answer is exact
//! whatever the machine is busy with.

use std::time::Duration;

use lambda_kit::{ClientStates, Metrics, SecretValue as _, Secrets};
use rstest::rstest;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use webhook::{Config, Webhook};

use crate::system::{STATE, event, noon, notification, secret_json};

#[derive(Clone, Copy, Debug)]
enum Oddity {
    NeverAccepts,
    AcceptsAfter(Duration),
    NeverAnswers,
    HangsUpAtOnce,
    HangsUpHalfWay,
    AnswersBitByBit,
    NeverEndsItsAnswer,
    Says(&'static str),
}

/// Takes connections and treats each as the oddity says; its address.
async fn odd_sqs(oddity: Oddity) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        match oddity {
            Oddity::NeverAccepts => std::future::pending().await,
            Oddity::AcceptsAfter(time) => sleep(time).await,
            _ => {}
        }
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, oddity));
        }
    });
    url
}

async fn serve(mut stream: TcpStream, oddity: Oddity) {
    if matches!(oddity, Oddity::HangsUpAtOnce) {
        return;
    }
    let mut request = vec![0; 64 * 1024];
    let _ = stream.read(&mut request).await;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\n";
    match oddity {
        Oddity::HangsUpHalfWay => {
            let half = format!("{head}content-length: 100\r\n\r\n{{\"Succ");
            let _ = stream.write_all(half.as_bytes()).await;
        }
        Oddity::AnswersBitByBit => {
            let whole = format!("{head}content-length: 2\r\n\r\n{{}}");
            for byte in whole.bytes() {
                let _ = stream.write_all(&[byte]).await;
                sleep(Duration::from_millis(100)).await;
            }
        }
        Oddity::NeverEndsItsAnswer => {
            let _ = stream.write_all(format!("{head}\r\n").as_bytes()).await;
            while stream.write_all(&[b' '; 1024]).await.is_ok() {
                sleep(Duration::from_millis(5)).await;
            }
        }
        Oddity::Says(body) => {
            let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        _ => std::future::pending().await,
    }
}

#[rstest]
#[case::never_accepts(Oddity::NeverAccepts)]
#[case::accepts_after_a_minute(Oddity::AcceptsAfter(Duration::from_secs(60)))]
#[case::never_answers(Oddity::NeverAnswers)]
#[case::hangs_up_at_once(Oddity::HangsUpAtOnce)]
#[case::hangs_up_half_way(Oddity::HangsUpHalfWay)]
#[case::answers_bit_by_bit(Oddity::AnswersBitByBit)]
#[case::never_ends_its_answer(Oddity::NeverEndsItsAnswer)]
#[case::speaks_of_something_else(Oddity::Says("<html>maintenance</html>"))]
#[case::is_absent(Oddity::Says(""))]
#[case::mentions_no_entry(Oddity::Says("{}"))]
#[case::mentions_another_entry(Oddity::Says(
    r#"{"Successful":[{"Id":"8","MessageId":"m","MD5OfMessageBody":"x"}],"Failed":[]}"#
))]
#[tokio::test(start_paused = true)]
async fn whatever_sqs_does_the_answer_comes_in_time_and_acknowledges_nothing(
    #[case] oddity: Oddity,
) {
    let url = odd_sqs(oddity).await;
    let config = Config {
        calls_queue_url: format!("{url}/000000000000/calls"),
        lifecycle_queue_url: format!("{url}/000000000000/lifecycle"),
        tenant_id: None,
    };
    let secrets = Secrets::fixed(ClientStates::parse(&secret_json(STATE)).unwrap());
    let (metrics, captured) = Metrics::captured("webhook");
    let webhook = Webhook::new(aws_stand_ins::sqs_client(&url), config, secrets, metrics);
    let entries: Vec<_> = (0..3).map(|number| notification(&format!("call-{number}"))).collect();
    let body = json!({ "value": entries }).to_string();
    let answer = webhook.handle(event("POST", "/notifications", "", Some(&body)), noon()).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(captured.sum("Enqueued"), 0.0);
    let took = captured.of("AnswerTime");
    assert!(took.len() == 1 && took[0] < 2_020.0, "{took:?} ms");
}
