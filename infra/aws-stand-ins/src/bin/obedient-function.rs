//! A function that does what its event says: the other side of the Runtime API in tests.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    println!("starting");
    run(service_fn(obey)).await
}

async fn obey(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (order, context) = event.into_parts();
    println!("{{\"order\":{}}}", order["do"]);
    match order["do"].as_str().unwrap_or_default() {
        "fail" => Err("as ordered".into()),
        "panic" => panic!("as ordered"),
        "exit" => std::process::exit(3),
        "sleep" => {
            let milliseconds = order["milliseconds"].as_u64().unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(order)
        }
        "allocate" => {
            let bytes = usize::try_from(order["bytes"].as_u64().unwrap_or_default())?;
            // Written to, so that it is resident.
            let memory = vec![1_u8; bytes];
            Ok(json!(memory.iter().map(|byte| u64::from(*byte)).sum::<u64>()))
        }
        "answer" => Ok(json!("x".repeat(usize::try_from(order["bytes"].as_u64().unwrap_or(0))?))),
        "describe" => {
            let mut variables: Vec<_> = std::env::vars().collect();
            variables.sort();
            Ok(json!({
                "request_id": context.request_id,
                "deadline": context.deadline,
                "arn": context.invoked_function_arn,
                "trace": context.xray_trace_id,
                "process": std::process::id(),
                "variables": variables.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            }))
        }
        _ => Ok(order),
    }
}
