use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::MapAccess;

use crate::bounds::short;
use crate::identity::IdentitySetMembers;
use crate::json::{Faults, Members, Object, decode_object};
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

decode_object! { Endpoint ["associatedIdentity", "identity", "userAgent", "feedback"]
|endpoint, members| {
    "associatedIdentity" => {
        endpoint.associated_identity = members.object::<Identity>("associatedIdentity")?;
    },
    "identity" => {
        endpoint.retired_identity = members.object::<IdentitySetMembers>("identity")?;
    },
    "userAgent" => {
        endpoint.user_agent = members.object::<UserAgent>("userAgent")?.unwrap_or_default();
    },
    "feedback" => endpoint.feedback = members.object::<UserFeedback>("feedback")?,
} }

impl Endpoint {
    /// What the role of its program says; none for a person's program.
    pub(crate) fn role_class(&self) -> Option<RoleClass> {
        self.user_agent.role.as_deref().map(RoleClass::of)
    }
}

decode_object! { UserAgent [] |user_agent, members| {
    "platform" => user_agent.platform = members.leaf()?,
    "productFamily" => user_agent.product_family = members.leaf()?,
    "applicationVersion" => user_agent.application_version = members.leaf()?,
    "role" => {
        let role = members.scalar()?.text();
        user_agent.role = role.map(|role| short(&role).to_owned());
    },
} }

decode_object! { UserFeedback ["tokens"] |user_feedback, members| {
    "rating" => user_feedback.rating = members.leaf()?,
    "tokens" => user_feedback.tokens = members.object::<Tokens>("tokens")?.unwrap_or_default(),
} }

/// The names of the tokens that are true, of an object whose other members may be anything.
#[derive(Default)]
struct Tokens(BTreeSet<String>);

impl<'de> Object<'de> for Tokens {
    type Done = BTreeSet<String>;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        if members.leaf()? == Some(true) {
            self.0.insert(key.into_owned());
        } else {
            // A key may come twice.
            self.0.remove(&*key);
        }
        Ok(())
    }

    fn done(mut self, _: Faults) -> Result<Self::Done, DecodeError> {
        self.0.retain(|token| !token.contains('@') && !token.trim().is_empty());
        Ok(self.0)
    }
}

impl UserFeedback {
    /// Whether it says anything at all: a rating, be it `notRated`, or a token.
    pub(crate) fn is_given(&self) -> bool {
        self.rating.is_some() || !self.tokens.is_empty()
    }
}
