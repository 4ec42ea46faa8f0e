//! Who takes part in calls: the organisation's own people, and outsiders.

use fastrand::Rng;
use uuid::Builder;

use super::names;

/// The kinds of participants, as identity sets distinguish them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartyKind {
    /// A user of the organisation.
    Member,
    /// A user of another organisation.
    Federated,
    Guest,
    Phone,
    /// Someone who joined a meeting without signing in.
    Anonymous,
    /// A user of Azure Communication Services.
    CommunicationServices,
    /// The resource account of an auto attendant or a call queue, known as one by its identity.
    ApplicationInstance,
    /// A resource account that looks like a user: only the role on its sessions tells.
    ResourceAccount,
    /// A bot.
    Application,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub kind: PartyKind,
    /// The id: a GUID, a telephone number, or another text.
    pub id: String,
    /// The name, where Graph would show one.
    pub display_name: Option<String>,
    /// The tenant of its identity.
    pub tenant_id: Option<String>,
    /// The user principal name; users only.
    pub user_principal_name: Option<String>,
}

/// All parties of the invented calls.
#[derive(Clone, Debug)]
pub(super) struct Population {
    partner_tenant: String,
    pub(super) people: Vec<Party>,
    pub(super) outsiders: Vec<Party>,
    pub(super) lines: Vec<Line>,
    pub(super) recorder: Party,
}

/// An auto attendant and the call queue behind it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) attendant: Party,
    pub(super) queue: Party,
}

const PARTNER: &str = "partner.example";

/// Microsoft's conferencing virtual assistant has this id in every tenant.
const VIRTUAL_ASSISTANT: &str = "9e133cac-5238-4d1e-aaa0-d8ff4ca23f4e";

impl Population {
    pub(super) fn invent(people: usize, tenant_id: &str, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let people: Vec<_> = (0..people.max(3))
            .map(|n| {
                let name = names::display_name(n);
                Party {
                    kind: PartyKind::Member,
                    id: guid(&mut rng),
                    user_principal_name: Some(names::user_principal_name(&name, "contoso.example")),
                    display_name: Some(name),
                    tenant_id: Some(tenant_id.to_owned()),
                }
            })
            .collect();
        let partner_tenant = guid(&mut rng);
        let outsiders = (0..people.len().clamp(30, 400))
            .map(|n| outsider(&mut rng, n, &partner_tenant))
            .collect();
        let mut account = |kind: PartyKind, name: &str| Party {
            kind,
            id: guid(&mut rng),
            display_name: Some(name.to_owned()),
            tenant_id: Some(tenant_id.to_owned()),
            user_principal_name: (kind == PartyKind::ResourceAccount)
                .then(|| names::user_principal_name(name, "contoso.example")),
        };
        // One account may be both.
        let reception = account(PartyKind::ResourceAccount, "Reception");
        let lines = vec![
            Line {
                attendant: account(PartyKind::ApplicationInstance, "Main line"),
                queue: account(PartyKind::ApplicationInstance, "Support queue"),
            },
            Line {
                attendant: account(PartyKind::ResourceAccount, "Sales attendant"),
                queue: account(PartyKind::ResourceAccount, "Sales queue"),
            },
            Line { attendant: reception.clone(), queue: reception },
        ];
        let recorder = account(PartyKind::Application, "Compliance recorder");
        Self { partner_tenant, people, outsiders, lines, recorder }
    }

    /// The resource accounts and the bot, each once.
    pub(super) fn services(&self) -> Vec<Party> {
        let mut services: Vec<Party> = Vec::new();
        let accounts = self.lines.iter().flat_map(|line| [&line.attendant, &line.queue]);
        for account in accounts.chain([&self.recorder]) {
            if !services.contains(account) {
                services.push(account.clone());
            }
        }
        services
    }

    /// One of the organisation's people; some are in many calls, most in few.
    pub(super) fn member(&self, rng: &mut Rng) -> Party {
        let skewed = rng.f64().powf(1.15);
        pick(&self.people, skewed)
    }

    /// A person of the organisation who is not among `others`, if there is one.
    pub(super) fn another_member(&self, rng: &mut Rng, others: &[Party]) -> Party {
        let free = |candidate: &Party| others.iter().all(|other| other.id != candidate.id);
        for _ in 0..8 {
            let candidate = self.member(rng);
            if free(&candidate) {
                return candidate;
            }
        }
        self.people.iter().find(|person| free(person)).cloned().unwrap_or_else(|| self.member(rng))
    }

    pub(super) fn outsider(&self, rng: &mut Rng, kind: PartyKind) -> Party {
        let of_kind: Vec<_> = self.outsiders.iter().filter(|party| party.kind == kind).collect();
        match kind {
            PartyKind::Anonymous => visitor(rng),
            PartyKind::CommunicationServices => communication_services_user(rng),
            _ => rng.choice(of_kind).cloned().unwrap_or_else(|| visitor(rng)),
        }
    }

    /// So many different participants: the organisation's people first, then outsiders.
    pub(super) fn crowd(&self, rng: &mut Rng, size: usize) -> Vec<Party> {
        let mut crowd = self.people.clone();
        rng.shuffle(&mut crowd);
        // A tenth comes from outside even when there are people enough.
        crowd.truncate(size - size / 10);
        while crowd.len() < size {
            let n = self.outsiders.len() + crowd.len();
            crowd.push(match n % 4 {
                0 => visitor(rng),
                _ => outsider(rng, n, &self.partner_tenant),
            });
        }
        crowd
    }
}

/// Outsider number `n`. Federated users and guests come without a name, as Graph withholds it.
fn outsider(rng: &mut Rng, n: usize, partner_tenant: &str) -> Party {
    match n % 3 {
        0 => {
            let name = names::display_name(1_000 + n);
            // Now and then the partner's directory is open.
            let shown = n.is_multiple_of(4).then_some(name);
            Party {
                kind: PartyKind::Federated,
                id: guid(rng),
                user_principal_name: shown
                    .as_ref()
                    .map(|name| names::user_principal_name(name, PARTNER)),
                display_name: shown,
                tenant_id: Some(partner_tenant.to_owned()),
            }
        }
        1 => Party {
            kind: PartyKind::Phone,
            id: phone_number(n / 3),
            display_name: None,
            tenant_id: None,
            user_principal_name: None,
        },
        _ => Party {
            kind: PartyKind::Guest,
            id: guid(rng),
            display_name: None,
            tenant_id: None,
            user_principal_name: None,
        },
    }
}

/// The conferencing virtual assistant, of a tenant of Microsoft's.
pub(super) fn virtual_assistant() -> Party {
    Party {
        kind: PartyKind::ResourceAccount,
        id: VIRTUAL_ASSISTANT.to_owned(),
        display_name: None,
        tenant_id: Some("ffffffff-0000-4000-8000-000000000000".to_owned()),
        user_principal_name: None,
    }
}

fn visitor(rng: &mut Rng) -> Party {
    Party {
        kind: PartyKind::Anonymous,
        id: format!("teamsvisitor:{:032x}", rng.u128(..)),
        display_name: None,
        tenant_id: None,
        user_principal_name: None,
    }
}

fn communication_services_user(rng: &mut Rng) -> Party {
    Party {
        kind: PartyKind::CommunicationServices,
        id: format!("8:acs:{}_{:016x}", guid(rng), rng.u64(..)),
        display_name: None,
        tenant_id: None,
        user_principal_name: None,
    }
}

/// A number from the ranges that are reserved for fiction: 555-01XX in North America, and Ofcom's
/// numbers for drama in the United Kingdom.
fn phone_number(n: usize) -> String {
    const AREAS: [&str; 4] = ["1202555", "1212555", "1312555", "1415555"];
    match n % 3 {
        0 => format!("+447700900{:03}", n % 1_000),
        1 => format!("+442079460{:03}", n % 1_000),
        _ => {
            let area = AREAS.get(n / 3 % AREAS.len()).copied().unwrap_or_default();
            format!("+{area}01{:02}", n / 12 % 100)
        }
    }
}

pub(super) fn guid(rng: &mut Rng) -> String {
    Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}

/// The entry at that fraction of the list.
fn pick(people: &[Party], fraction: f64) -> Party {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a fraction of a list's length is an index"
    )]
    let at = (fraction * people.len() as f64) as usize;
    people.get(at.min(people.len() - 1)).cloned().unwrap_or_else(|| visitor(&mut Rng::with_seed(0)))
}
