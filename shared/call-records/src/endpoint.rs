use std::collections::BTreeSet;

use serde_json::Value;

use crate::bounds::short;
use crate::json::{self, Object};
use crate::role::RoleClass;
use crate::{DecodeError, Identity, IdentitySet, Platform, ProductFamily, Rating};

/// One end of a session (`endpoint` and all that derive from it).
///
/// What it is, a person's client or a service, is decided by the identity that it carries and by the
/// role of its user agent, and not by its type annotation: service endpoints come with a client's
/// user agent, and the annotation may be left out altogether.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// Who was there.
    pub associated_identity: Option<Identity>,
    /// Who was there, in the retired form of old records (`identity`).
    pub retired_identity: Option<IdentitySet>,
    /// With what.
    pub user_agent: UserAgent,
    /// What they thought of it.
    pub feedback: Option<UserFeedback>,
}

/// The program at one end of a session (`clientUserAgent`, `serviceUserAgent`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserAgent {
    /// What it ran on.
    pub platform: Option<Platform>,
    /// The product that it belongs to.
    pub product_family: Option<ProductFamily>,
    /// Its version.
    pub application_version: Option<String>,
    /// The role of a service (`serviceRole`), which people's programs do not have.
    pub role: Option<String>,
}

/// What a participant thought of the session (`userFeedback`). Free text is not decoded: no
/// statistic needs it, and it is kept with the raw record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFeedback {
    /// The rating; `notRated` when it was asked for in vain.
    pub rating: Option<Rating>,
    /// The names of the tokens that are true, such as `Echo`. The set is open.
    pub tokens: BTreeSet<String>,
}

impl Endpoint {
    pub(crate) fn decode(object: &Object) -> Result<Self, DecodeError> {
        Ok(Self {
            associated_identity: json::decode_member(object, "associatedIdentity", |identity| {
                Ok(Identity::decode(identity))
            })?,
            retired_identity: json::decode_member(object, "identity", |set| {
                Ok(IdentitySet::decode(set))
            })?,
            user_agent: json::decode_member(object, "userAgent", |agent| {
                Ok(UserAgent::decode(agent))
            })?
            .unwrap_or_default(),
            feedback: json::decode_member(object, "feedback", UserFeedback::decode)?,
        })
    }
}

impl Endpoint {
    /// What the role of its program says; none for a person's program.
    pub(crate) fn role_class(&self) -> Option<RoleClass> {
        self.user_agent.role.as_deref().map(RoleClass::of)
    }
}

impl UserAgent {
    fn decode(object: &Object) -> Self {
        Self {
            platform: json::word(object, "platform"),
            product_family: json::word(object, "productFamily"),
            application_version: json::string(object, "applicationVersion"),
            role: json::text(object, "role").map(|role| short(role).to_owned()),
        }
    }
}

impl UserFeedback {
    fn decode(object: &Object) -> Result<Self, DecodeError> {
        let tokens = json::member(object, "tokens")?.into_iter().flatten();
        Ok(Self {
            rating: json::word(object, "rating"),
            tokens: tokens
                .filter(|(token, value)| **value == Value::Bool(true) && !token.contains('@'))
                .map(|(token, _)| token.clone())
                .filter(|token| !token.trim().is_empty())
                .collect(),
        })
    }

    /// Whether it says anything at all: a rating, be it `notRated`, or a token.
    pub(crate) fn is_given(&self) -> bool {
        self.rating.is_some() || !self.tokens.is_empty()
    }
}
