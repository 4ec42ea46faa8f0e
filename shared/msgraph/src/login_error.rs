//! The login host's refusals in words that an administrator can act on.

use serde_json::Value;

use crate::error::LoginProblem;
use crate::fault::presentable;

/// A refusal by the login host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: LoginProblem,
    pub(crate) sentence: String,
    /// It may be over soon; nobody has to act.
    pub(crate) passing: bool,
}

/// Reads an error answer of the token endpoint: `{error, error_description: "AADSTS…", error_codes}`.
///
/// The number decides, not the text. Source of the numbers: Microsoft Entra's list of AADSTS codes.
pub(crate) fn refusal(status: u16, body: &[u8], client_id: &str, secret: &str) -> Refusal {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = value["error"].as_str().unwrap_or_default();
    let description = value["error_description"].as_str().unwrap_or_default();
    let codes = codes(&value["error_codes"], description);
    let (kind, advice) = advice(error, &codes);

    // The lines after the first are trace ids and the time.
    let first_line = description.lines().next().unwrap_or_default();
    let said = match presentable(first_line, secret) {
        text if text.is_empty() => presentable(&format!("{status} {error}"), secret),
        text => text,
    };
    let sentence = advice.replace("{client_id}", client_id);
    let passing = status >= 500
        || ["temporarily_unavailable", "server_error"].contains(&error)
        // 90033: a transient error, answered with 400 as well.
        || codes.contains(&90033);
    Refusal { kind, sentence: format!("{sentence} (Microsoft Entra: {said})"), passing }
}

fn codes(listed: &Value, description: &str) -> Vec<u64> {
    let listed = listed.as_array().into_iter().flatten().filter_map(Value::as_u64);
    let named = description.split("AADSTS").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok()
    });
    listed.chain(named).collect()
}

fn advice(error: &str, codes: &[u64]) -> (LoginProblem, &'static str) {
    for code in codes {
        let known = match code {
            7_000_215 | 7_000_218 | 50_012 => (
                LoginProblem::WrongSecret,
                "the client secret is wrong: put the Value (not the Secret ID) of a client secret \
                 of application {client_id} into client_secret",
            ),
            7_000_222 => (
                LoginProblem::ExpiredSecret,
                "the client secret has expired: add a new client secret to application {client_id} \
                 and put its Value into client_secret",
            ),
            700_016 | 7_000_112 | 7_000_229 => (
                LoginProblem::UnknownApplication,
                "application {client_id} is unknown or disabled in this tenant: check client_id and \
                 tenant_id, and that an administrator of the tenant has given consent",
            ),
            90_002 | 900_021 | 900_023 | 50_059 | 50_020 => (
                LoginProblem::WrongTenant,
                "the tenant is unknown: check tenant_id (a GUID or a verified domain), and that \
                 LOGIN_URL is the login host of the tenant's cloud",
            ),
            70_011 | 500_011 | 1_002_012 | 900_382 | 900_432 | 900_439 => (
                LoginProblem::WrongCloud,
                "the login host does not know this Graph host: check that GRAPH_URL and LOGIN_URL \
                 belong to the same cloud",
            ),
            70_021 | 700_024 | 700_027 | 50_027 | 700_211..=700_213 | 7_002_111..=7_002_139 => (
                LoginProblem::WrongAssertion,
                "the federated credential of application {client_id} does not match: its issuer \
                 must be the AWS account's, its subject the function's role ARN, its audience \
                 api://AzureADTokenExchange",
            ),
            _ => continue,
        };
        return known;
    }
    match error {
        "invalid_scope" | "invalid_resource" => (
            LoginProblem::WrongCloud,
            "the login host does not know this Graph host: check that GRAPH_URL and LOGIN_URL \
             belong to the same cloud",
        ),
        "invalid_client" => (
            LoginProblem::WrongSecret,
            "the credential of application {client_id} is refused: check client_id and client_secret",
        ),
        "unauthorized_client" => (
            LoginProblem::UnknownApplication,
            "application {client_id} may not log in here: check client_id and tenant_id",
        ),
        _ => (
            LoginProblem::Other,
            "the login host gives application {client_id} no token: check LOGIN_URL, tenant_id and \
             client_id",
        ),
    }
}

#[cfg(test)]
mod tests;
