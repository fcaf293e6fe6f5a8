//! A state, body, party or organisation; never a private person.

use serde::Serialize;

use super::Header;
use crate::table::{Table, Text};

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ActorKind {
    /// A state and its government as a whole.
    State,
    /// A body of a state.
    Body,
    /// A political party.
    Party,
    /// An armed organisation.
    ArmedOrganisation,
    /// An organisation of states.
    InternationalOrganisation,
    /// A research body or tracker.
    ResearchBody,
    /// A company.
    Company,
    /// Any other organisation: an assembly of elders, a newsroom.
    Organisation,
}

pub(crate) const KINDS: [(&str, ActorKind); 8] = [
    ("state", ActorKind::State),
    ("body", ActorKind::Body),
    ("party", ActorKind::Party),
    ("armed organisation", ActorKind::ArmedOrganisation),
    ("international organisation", ActorKind::InternationalOrganisation),
    ("research body", ActorKind::ResearchBody),
    ("company", ActorKind::Company),
    ("organisation", ActorKind::Organisation),
];

impl ActorKind {
    /// As printed.
    pub fn text(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(text, _)| text)
    }
}

/// One actor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Actor {
    /// Id and documents.
    pub header: Header,
    /// Full name.
    pub name: Text,
    /// Short name for tables.
    pub short: Option<Text>,
    /// What it is.
    pub kind: Option<ActorKind>,
    /// The actor of which it is a part.
    pub part_of: Option<Text>,
    /// Other names.
    pub aliases: Vec<Text>,
    /// UCDP actor id, for armed organisations and states.
    pub ucdp_actor_id: Option<u64>,
}

impl Actor {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        Some(Self {
            header: Header::read(table),
            name: table.text("name"),
            short: table.optional_text("short"),
            kind: table.choice("kind", &KINDS),
            part_of: table.optional_text("part_of"),
            aliases: table.texts("aliases"),
            ucdp_actor_id: table.optional_whole("ucdp_actor_id"),
        })
    }
}
