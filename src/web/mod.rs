//! What a web site shows, read by the standards it is written in. Pure: no network, no clock.

pub mod asset;
pub mod cache;
pub mod page;
pub mod robots;
pub mod security_txt;
pub mod signature;
