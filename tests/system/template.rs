//! template.yaml and what belongs to it, held against the code.

mod alarms;
mod functions;
mod parameters;
mod permissions;
mod queues;
mod read;
mod readme;
mod table;
